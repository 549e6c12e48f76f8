"""The facts about places that the sample is made from: another city is another file."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CITY = Path(__file__).parents[2] / "data" / "samples" / "city.yaml"


@dataclass(frozen=True, slots=True)
class Cut:
    """A river or a road that crosses a park. Metres in the park's frame."""

    kind: str
    width: float
    line: list[list[float]]


@dataclass(frozen=True, slots=True)
class Zone:
    """One 3-degree zone, and the name of the parcel file delivered in it."""

    number: int
    epsg: int
    meridian: int
    file: str


@dataclass(frozen=True, slots=True)
class ParkSite:
    """One park. Lengths in metres in its own frame, plot sizes in hectares, angle in degrees."""

    code: str
    name: str
    level: str
    division: str
    division_name: str
    cadastral: list[str]
    zone: int
    centre: tuple[float, float]
    rotation: float
    bend: float
    corners: str
    plots: tuple[float, float, float]
    spacing_x: tuple[float, float]
    spacing_y: tuple[float, float]
    boundary: list[list[float]]
    cuts: list[Cut]
    streets: dict[str, list[str]]
    quiet_year: int | None
    lost_year: int | None


@dataclass(frozen=True, slots=True)
class City:
    """The city of the sample, with its days."""

    name: str
    bureau: str
    seed: int
    data_date: dt.date
    judged_on: dt.date
    boundary_version: str
    boundary_valid_from: dt.date
    zones: dict[int, Zone]
    parks: tuple[ParkSite, ...]


def _site(facts: dict[str, Any]) -> ParkSite:
    cuts = [Cut(**cut) for cut in facts.pop("cuts")]
    pairs: dict[str, Any] = {
        name: tuple(facts.pop(name)) for name in ("centre", "plots", "spacing_x", "spacing_y")
    }
    return ParkSite(cuts=cuts, **pairs, **facts)


def load(path: Path = CITY) -> City:
    """Return the city that a file describes."""
    facts = yaml.safe_load(path.read_text(encoding="utf-8"))
    zones = {number: Zone(number, **zone) for number, zone in facts.pop("zones").items()}
    parks = tuple(_site(site) for site in facts.pop("parks"))
    return City(name=facts.pop("city"), zones=zones, parks=parks, **facts)
