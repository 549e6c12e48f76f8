"""The repairs of single shapes on their way from delivery to storage, each chosen or not."""

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from etl.checks.plane import lengths, polygonal
from etl.geometry import POLYGON, areas
from etl.readers.crs import Decision, transform
from etl.repairs import chosen
from etl.rings import Opened, find_open
from etl.work import Work

Shapes = NDArray[np.object_]
Mask = NDArray[np.bool_]
Places = NDArray[np.int64]

CONVENTIONS = {
    "shp": True,
    "geojson": False,
}  # outer rings clockwise (Esri 1998), counter-clockwise (RFC 7946)
_SPOT = re.compile(r"\[(-?[\d.e+-]+) (-?[\d.e+-]+)\]")


@dataclass(slots=True)
class Mending:
    """Mends the shapes of one file. The steps are called in order: close, tidy, then store."""

    work: Work
    kinds: tuple[str, ...] | None
    _opened: Opened | None = None
    _doubled: tuple[Places, Shapes] | None = None
    kept: dict[int, str] = field(default_factory=dict)  # place -> delivered shape of a mended row, as WKT

    def close(self, delivered: NDArray[np.object_], shapes: Shapes) -> Shapes:
        """Return shapes with open rings closed, where that was chosen."""
        self._opened = find_open(delivered, shapes)
        if chosen("CLOSE_RING", self.kinds) and len(self._opened.places):
            shapes = shapes.copy()
            shapes[self._opened.places] = self._opened.closed
            self.kept |= dict(
                zip(self._opened.places.tolist(), shapely.to_wkt(self._opened.rings, -1), strict=True)
            )
        return shapes

    def still_open(self) -> Mask:
        """Say which rows stay open: closing them was not chosen."""
        found = np.zeros(len(self.work.row_no), dtype=bool)
        if self._opened is not None and not chosen("CLOSE_RING", self.kinds):
            found[self._opened.places] = True
        return found

    def tidy(self, shapes: Shapes, stays: Mask, format_: str) -> Shapes:
        """Return shapes without repeated vertices and with rings in the direction that their format asks for."""
        places = _doubled(shapes, stays)
        if len(places):
            self._doubled = places, shapes[places]
            if chosen("DEDUPLICATE", self.kinds):
                self._keep(places, shapes)
                shapes = shapes.copy()
                shapes[places] = shapely.remove_repeated_points(shapes[places])
        clockwise = CONVENTIONS.get(format_)
        return shapes if clockwise is None else self._orient(shapes, stays, clockwise)

    def _orient(self, shapes: Shapes, stays: Mask, clockwise: bool) -> Shapes:
        places = np.flatnonzero(stays)
        wrong = places[_wrong_way(shapes[places], clockwise)]
        if not len(wrong):
            return shapes
        taken = chosen("ORIENT", self.kinds)
        rows = self.work.row_no[wrong]
        self.work.repairs.add("ORIENT", taken, rows)
        self.work.findings.add(
            "RINGS_ORIENTED" if taken else "RING_WINDING", field="geom",
            count=len(rows), rows=rows[:20].tolist(), clockwise=clockwise,
        )  # fmt: skip
        if taken:
            shapes = shapes.copy()
            shapes[wrong] = shapely.orient_polygons(shapes[wrong], exterior_cw=clockwise)
        return shapes

    def store(
        self, shapes: Shapes, stays: Mask, raw: Shapes, decision: Decision, limits: dict[str, float]
    ) -> tuple[Shapes, Mask]:
        """Return valid MultiPolygons and which rows stay; report all that was mended or was not.

        ``shapes`` are in the storage CRS already, ``raw`` in the delivery's.
        """
        self._report_rings(shapes, decision)
        self._report_doubled(decision)
        shapes, stays = self._valid(shapes, stays, raw, limits)
        single = np.flatnonzero(stays & (shapely.get_type_id(shapes) == POLYGON))
        if len(single):
            shapes[single] = shapely.multipolygons(shapes[single], indices=np.arange(len(single)))
        return shapes, stays

    def _report_rings(self, stored: Shapes, decision: Decision) -> None:
        opened = self._opened
        if opened is None or not len(opened.places):
            return
        taken = chosen("CLOSE_RING", self.kinds)
        rows = self.work.row_no[opened.places]
        edges, rings = transform(opened.missing, decision), transform(opened.rings, decision)
        closed = stored[opened.places] if taken else transform(opened.closed, decision)
        self.work.repairs.add("CLOSE_RING", taken, rows, rings, closed, None, areas(closed))
        self.work.findings.add_rows(
            "RING_CLOSED" if taken else "RING_UNCLOSED", rows, "geom", None, None,
            shapely.line_interpolate_point(shapely.get_geometry(edges, 0), 0.5, normalized=True),
            missing_m=np.round(lengths(edges), 3),
        )  # fmt: skip

    def _report_doubled(self, decision: Decision) -> None:
        if self._doubled is None:
            return
        places, before = self._doubled
        taken = chosen("DEDUPLICATE", self.kinds)
        rows = self.work.row_no[places]
        once = shapely.remove_repeated_points(before)
        count = shapely.get_num_coordinates(before) - shapely.get_num_coordinates(once)
        spots = transform(_first_repeated(before), decision)
        before, after = transform(before, decision), transform(once, decision)
        self.work.repairs.add("DEDUPLICATE", taken, rows, before, after, areas(before), areas(after))
        self.work.findings.add_rows(
            "VERTICES_DEDUPLICATED" if taken else "VERTICES_REPEATED", rows, "geom", None, None, spots, count=count
        )  # fmt: skip

    def _valid(
        self, shapes: Shapes, stays: Mask, raw: Shapes, limits: dict[str, float]
    ) -> tuple[Shapes, Mask]:
        """Mend what is invalid; a repair that changes the area by more than the tolerance rejects the row.

        The tolerance is the larger of a share of the area and a least area, but never more than a tenth of the area.
        """
        shapes = shapes.copy()
        places = np.flatnonzero(stays & ~shapely.is_valid(shapes))
        if not len(places):
            return shapes, stays
        before = areas(shapes[places])
        reasons = shapely.is_valid_reason(shapes[places])
        mended = polygonal(shapely.make_valid(shapes[places]))
        after = areas(mended)
        least = np.maximum(limits["repair_share"] * before, limits["repair_m2"])
        safe = (np.abs(after - before) <= np.minimum(least, before / 10)) & (after > 0)
        taken = chosen("MAKE_VALID", self.kinds)
        rows = self.work.row_no[places]
        self.work.repairs.add(
            "MAKE_VALID", taken, rows[safe], shapes[places[safe]], mended[safe], before[safe], after[safe]
        )
        spots = np.array([_spot(r, s) for r, s in zip(reasons, shapes[places], strict=True)], dtype=object)
        kinds = np.where(safe, "GEOMETRY_REPAIRED" if taken else "GEOMETRY_NOT_REPAIRED", "GEOMETRY_INVALID")
        for code in np.unique(kinds):
            at = np.flatnonzero(kinds == code)
            self.work.findings.add_rows(
                str(code), rows[at], "geom", reasons[at], None, spots[at],
                before_m2=np.round(before[at], 3), after_m2=np.round(after[at], 3),
            )  # fmt: skip
        stays = stays.copy()
        if taken:
            self._keep(places[safe], raw)
            shapes[places[safe]] = mended[safe]
            stays[places[~safe]] = False
        else:
            stays[places] = False
        return shapes, stays

    def _keep(self, places: Places, shapes: Shapes) -> None:
        for place, text in zip(places.tolist(), shapely.to_wkt(shapes[places], -1), strict=True):
            self.kept.setdefault(place, text)


def _doubled(shapes: Shapes, stays: Mask) -> Places:
    """Return the rows in which a vertex is followed by itself."""
    points, index = shapely.get_coordinates(shapes, return_index=True)
    same = (index[1:] == index[:-1]) & (points[1:] == points[:-1]).all(axis=1)
    found = np.unique(index[1:][same])
    found = found[stays[found]]
    found = found[
        shapely.is_valid(shapes[found])
    ]  # what is invalid (a ring of one point) is mended as a whole
    # Where one ring ends and the next begins on the same spot nothing is repeated.
    fewer = shapely.get_num_coordinates(shapely.remove_repeated_points(shapes[found]))
    return np.asarray(found[fewer < shapely.get_num_coordinates(shapes[found])], dtype=np.int64)


def _first_repeated(shapes: Shapes) -> Shapes:
    points, index = shapely.get_coordinates(shapes, return_index=True)
    same = np.flatnonzero((index[1:] == index[:-1]) & (points[1:] == points[:-1]).all(axis=1))
    rows, first = np.unique(index[1:][same], return_index=True)
    found = np.full(len(shapes), None, dtype=object)
    found[rows] = shapely.points(points[1:][same[first]])
    return found


def _wrong_way(shapes: Shapes, clockwise: bool) -> Mask:
    """Say of which shapes an outer ring runs the other way than its format asks for."""
    if (shapely.get_type_id(shapes) == POLYGON).all():
        return np.asarray(shapely.is_ccw(shapely.get_exterior_ring(shapes)) == clockwise, dtype=bool)
    parts, whose = shapely.get_parts(shapes, return_index=True)
    wrong = shapely.is_ccw(shapely.get_exterior_ring(parts)) == clockwise
    return np.bincount(whose, weights=wrong, minlength=len(shapes)) > 0


def _spot(reason: str, shape: Any) -> Any:
    """Return the point that GEOS names in its reason, else the first corner."""
    said = _SPOT.search(reason)
    return (
        shapely.Point(*map(float, said.groups()))
        if said
        else shapely.Point(shapely.get_coordinates(shape)[0])
    )
