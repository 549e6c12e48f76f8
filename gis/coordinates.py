"""What a typed pair of numbers may mean as a place: degrees, or metres in a 3-degree zone of CGCS2000."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import pyproj

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_ASIDE = re.compile(r"[\d\s.,，;；:：XYxyNEne°=-]*")
_LON: Final = (72.0, 138.0)  # degrees that lie in or around China; outside a pair of numbers is no place
_LAT: Final = (3.0, 55.0)
_NORTH: Final = (300_000.0, 6_200_000.0)  # metres from the equator
_EAST: Final = (150_000.0, 850_000.0)  # metres, 500,000 at the central meridian
_ZONES: Final = (25, 45)  # of China; the number may stand before the easting
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """One place that a pair of numbers may mean, in degrees EPSG:4490.

    ``meridian`` is that of the 3-degree zone it was read in, in degrees; ``None`` where it was read as degrees.
    """

    lon: float
    lat: float
    meridian: int | None = None


def readings(text: str, meridians: Sequence[int]) -> list[Reading]:
    """Return what a typed text may mean as a place; none where it is no pair of numbers.

    Parameters
    ----------
    text
        Two numbers in any order, with usual signs between them.
    meridians
        Central meridians in degrees of the zones that metres without a zone's number may lie in: each gives a reading.
    """
    numbers = [float(number) for number in _NUMBER.findall(text)] if _ASIDE.fullmatch(text) else []
    if len(numbers) != 2:
        return []
    pairs = [(numbers[0], numbers[1]), (numbers[1], numbers[0])]
    degrees = [Reading(a, b) for a, b in pairs if _within(a, _LON) and _within(b, _LAT)]
    return degrees or [
        found for east, north in pairs if _within(north, _NORTH) for found in _metres(east, north, meridians)
    ]


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def _metres(east: float, north: float, meridians: Sequence[int]) -> list[Reading]:
    zone, rest = divmod(east, _MILLION)
    if zone and _within(zone, _ZONES) and _within(rest, _EAST):
        return [_read(rest, north, int(zone) * 3)]
    return [_read(east, north, meridian) for meridian in meridians] if _within(east, _EAST) else []


def _read(east: float, north: float, meridian: int) -> Reading:
    lon, lat = _to_degrees(meridian).transform(east, north)
    return Reading(lon, lat, meridian)


@cache
def _to_degrees(meridian: int) -> pyproj.Transformer:
    # EPSG:4534 is the first of the series without the zone's number; its meridian is 75 degrees.
    return pyproj.Transformer.from_crs(4534 + (meridian - 75) // 3, 4490, always_xy=True)
