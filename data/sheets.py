"""What a printed map shows: the parcels within its frame, in metres of a zone and millimetres of paper."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, RowMapping

from data.sql import load

ZONE_DEGREES: Final = 3
_FIRST_EPSG = 4513  # CGCS2000, 3-degree zone 25, Y with the number of the zone
FIRST_ZONE: Final = 25
LAST_ZONE: Final = 45
STORED: Final = 4490


@dataclass(frozen=True, slots=True)
class Window:
    """A frame in metres of a zone; ``mm`` are millimetres of paper a metre."""

    epsg: int
    west: float
    south: float
    east: float
    north: float
    mm: float


@dataclass(frozen=True, slots=True)
class Shown:
    """Parcels and park boundaries within a frame; ``too_many`` says that there are more than may be drawn."""

    parcels: Sequence[RowMapping]
    parks: Sequence[RowMapping]
    too_many: bool

    @property
    def chosen(self) -> list[RowMapping]:
        """The parcels that the sheet is about."""
        return [row for row in self.parcels if row["chosen"]]

    @property
    def area_m2(self) -> Decimal:
        """Their area, registered or else drawn, in square metres."""
        return sum((row["area_m2"] for row in self.chosen if row["area_m2"] is not None), Decimal(0))


def zone_at(lon: float) -> int:
    """Return the number of the 3-degree zone of a longitude in degrees."""
    return int(lon / ZONE_DEGREES + 0.5)


def epsg_of(zone: int) -> int:
    """Return the EPSG code of a 3-degree zone of CGCS2000 whose Y carries the number."""
    return _FIRST_EPSG + zone - FIRST_ZONE


def extent(
    connection: Connection, run_id: int, codes: Collection[str], epsg: int = STORED
) -> tuple[float, float, float, float] | None:
    """Return the box around parcels in a coordinate system, or nothing where there are none."""
    params = {"run_id": run_id, "codes": list(codes), "epsg": epsg}
    row = connection.execute(load("sheet_extent"), params).one()
    return None if row.west is None else (row.west, row.south, row.east, row.north)


def point(connection: Connection, lon: float, lat: float, epsg: int) -> tuple[float, float]:
    """Return a point in degrees as metres east and north in a zone."""
    row = connection.execute(load("sheet_point"), {"lon": lon, "lat": lat, "epsg": epsg}).one()
    return row.x, row.y


def shown(connection: Connection, run_id: int, window: Window, codes: Collection[str], most: int) -> Shown:
    """Return what lies within a frame; with more than ``most`` parcels none of them."""
    params: dict[str, Any] = {
        "run_id": run_id, "epsg": window.epsg, "west": window.west, "south": window.south, "east": window.east,
        "north": window.north, "mm": window.mm,
    }  # fmt: skip
    parks = connection.execute(load("sheet_parks"), params).mappings().all()
    more = {"codes": list(codes), "limit": most + 1}
    rows = connection.execute(load("sheet_parcels"), params | more).mappings().all()
    return Shown([] if len(rows) > most else rows, parks, len(rows) > most)
