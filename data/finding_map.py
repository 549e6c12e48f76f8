"""The small maps of an import: a finding with what lies around it, and where a table lies among the parks."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from data.dossier import METRES_A_DEGREE
from data.layers import LAYERS
from data.sql import load

SMALLEST_VIEW_M = 90.0
ROUND_SHAPE = 1.7  # the view is so much larger than the shape
POINT_VIEW_M = 160.0
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class View:
    """A rectangle of ground: its centre in degrees, metres a degree there, width and height in metres."""

    lon: float
    lat: float
    kx: float
    ky: float
    width: float
    height: float

    def params(self) -> dict[str, float]:
        """Return the parameters of the queries that draw in this view."""
        return {
            "lon": self.lon, "lat": self.lat, "kx": self.kx, "ky": self.ky,
            "west": self.lon - self.width / 2 / self.kx, "east": self.lon + self.width / 2 / self.kx,
            "south": self.lat - self.height / 2 / self.ky, "north": self.lat + self.height / 2 / self.ky,
        }  # fmt: skip

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """Return a point in metres east and south of the centre."""
        return (lon - self.lon) * self.kx, (self.lat - lat) * self.ky


@dataclass(frozen=True, slots=True)
class FindingMap:
    """A finding drawn: the rows around it, where it lies over others, a proposed repair, its point."""

    view: View
    shapes: Sequence[RowMapping]
    parks: Sequence[RowMapping]
    overlap: str | None
    repair: RowMapping | None
    point: tuple[float, float] | None


def view_of(box: Box, ratio: float, smallest_m: float, factor: float) -> View:
    """Return the view of a width-to-height ratio that shows a box with room around it."""
    west, south, east, north = box
    lon, lat = (west + east) / 2, (south + north) / 2
    kx, ky = METRES_A_DEGREE * math.cos(math.radians(lat)), METRES_A_DEGREE
    across, up = (east - west) * kx, (north - south) * ky
    height = max(smallest_m, factor * up, factor * across / ratio)
    return View(lon, lat, kx, ky, height * ratio, height)


def _statement(name: str, layer: str) -> Any:
    """Return a query for one layer; both names are the program's own, never a visitor's."""
    key = LAYERS[layer].key
    filled = load(name).text.replace("{layer}", layer)
    for mark, alias in (("{staged_key}", "d"), ("{key}", "v")):
        said = f"concat_ws('/', {', '.join(f'{alias}.{column}' for column in key)})" if key else "NULL"
        filled = filled.replace(mark, said)
    return text(filled)


def finding_map(connection: Connection, found: Mapping[Any, Any], *, ratio: float) -> FindingMap | None:
    """Return a finding drawn with its neighbours, or nothing where it has neither shape nor point."""
    layer = found["layer"]
    if layer not in LAYERS or not LAYERS[layer].geometry:
        return None
    row = {"file_id": found["file_id"], "row_no": found["row_no"]}
    box = connection.execute(_statement("finding_extent", layer), row).one()
    if box.west is not None:
        view = view_of((box.west, box.south, box.east, box.north), ratio, SMALLEST_VIEW_M, ROUND_SHAPE)
    elif found["lon"] is not None:
        view = view_of(
            (found["lon"], found["lat"], found["lon"], found["lat"]), ratio, POINT_VIEW_M, ROUND_SHAPE
        )
    else:
        return None
    asked = row | view.params() | {"delivery_id": found["delivery_id"]}
    overlap = connection.execute(_statement("finding_overlaps", layer), asked).one_or_none()
    return FindingMap(
        view,
        connection.execute(_statement("finding_neighbours", layer), asked).mappings().all(),
        outlines(connection, view),
        overlap.path if overlap and overlap.path else None,
        connection.execute(load("finding_repair"), asked).mappings().first(),
        None if found["lon"] is None else view.place(found["lon"], found["lat"]),
    )


def outlines(connection: Connection, view: View) -> Sequence[RowMapping]:
    """Return the boundaries of the parks in a view."""
    return connection.execute(load("park_outlines"), view.params()).mappings().all()


def park_box(connection: Connection) -> Box | None:
    """Return the box around all parks in force, or nothing where none is published."""
    row = connection.execute(load("park_box")).one()
    return None if row.west is None else (row.west, row.south, row.east, row.north)


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """Where a table may lie among the parks: its boxes in metres around the view's centre (x, y, width, height)."""

    view: View
    parks: Sequence[RowMapping]
    boxes: list[Box]


def thumbnail(connection: Connection, bounds: Sequence[Box], *, ratio: float) -> Thumbnail:
    """Return the boxes that a table may have over the outlines of the parks; all are in view."""
    parks = park_box(connection)
    boxes = [*bounds, *([parks] if parks else [])]
    whole = (
        min(box[0] for box in boxes), min(box[1] for box in boxes),
        max(box[2] for box in boxes), max(box[3] for box in boxes),
    )  # fmt: skip
    view = view_of(whole, ratio, SMALLEST_VIEW_M, 1.2)
    drawn = []
    for west, south, east, north in bounds:
        left, top = view.place(west, north)
        right, bottom = view.place(east, south)
        drawn.append((left, top, right - left, bottom - top))
    return Thumbnail(view, outlines(connection, view), drawn)
