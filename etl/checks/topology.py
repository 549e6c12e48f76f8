"""Shapes against shapes: which overlap, and between which lies a gap.

Overlaps: of the pairs whose boxes share more than the tolerance, GEOS is asked whether
their interiors meet (one relation, no geometry is made); only those that do are cut. This is exact: a large
parcel drawn over a whole block of small ones is found, though every edge of the small ones is met by a neighbour's.

Gaps: GEOS validates the shapes as a coverage. An edge that no neighbour meets with the same edge, but that lies
nearer to one than the width of a gap, is marked; only pairs with marked edges near each other are measured.

Both are done in slices that lie together (Morton order), with the neighbours of each slice beside it, on all
processors: memory is bounded by the slice, and what is found does not depend on the order of the rows.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from etl.checks.parallel import spread
from etl.checks.plane import METRES, Numbers, Places, Plane, Shapes, cut, perimeters, polygonal
from gis.areas import measure

NOISE_M2 = 0.001  # below this an area is rounding of coordinates; "zero" means this
SLICE = 25_000  # shapes that are validated at once
PAIRS = 4_000  # pairs that are cut at once
_SLENDER = 5  # a gap is at least this many times as long as wide; a street corner is not


@dataclass(frozen=True, slots=True)
class Found:
    """Pairs of shapes with an area between or in both: places, square metres, mean width, a point inside."""

    first: Places
    second: Places
    area_m2: Numbers
    width_m: Numbers
    points: Shapes

    def where(self, keep: NDArray[np.bool_]) -> "Found":
        """Return some of the pairs."""
        return Found(
            self.first[keep], self.second[keep], self.area_m2[keep], self.width_m[keep], self.points[keep]
        )

    def of(self, places: Places) -> "Found":
        """Return the same pairs by the places that their shapes have in a larger table."""
        return Found(places[self.first], places[self.second], self.area_m2, self.width_m, self.points)


def none_found() -> Found:
    """Return no pairs."""
    places, numbers = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Found(places, places, numbers, numbers, np.zeros(0, dtype=object))


def joined(parts: list[Found]) -> Found:
    """Return the pairs of several slices, in the order of their places."""
    if not parts:
        return none_found()
    whole = Found(*(np.concatenate([getattr(part, name) for part in parts]) for name in Found.__slots__))
    return whole.where(np.lexsort((whole.second, whole.first)))  # type: ignore[arg-type]


def degrees_of(width_m: float, shapes: Shapes) -> float:
    """Return a width in degrees of longitude, which are the shorter ones: enough in both directions."""
    if not len(shapes):
        return 0.0
    south, north = np.nanmin(shapely.bounds(shapes)[:, 1]), np.nanmax(shapely.bounds(shapes)[:, 3])
    return float(width_m / (METRES * np.cos(np.radians(min(89.0, max(abs(south), abs(north)))))))


def _morton(shapes: Shapes) -> Places:
    """Return the places of shapes in an order in which neighbours lie together."""
    bounds = shapely.bounds(shapes)
    centre = (bounds[:, :2] + bounds[:, 2:]) / 2
    low, high = np.nanmin(centre, axis=0), np.nanmax(centre, axis=0)
    cell = np.nan_to_num((centre - low) / np.where(high > low, high - low, 1) * 65_535).astype(np.uint64)
    code = np.zeros(len(shapes), dtype=np.uint64)
    for bit in range(16):
        for axis in (0, 1):
            code |= ((cell[:, axis] >> np.uint64(bit)) & np.uint64(1)) << np.uint64(2 * bit + axis)
    return np.argsort(code, kind="stable").astype(np.int64)


def _wider(shapes: Shapes, by: float) -> Shapes:
    bounds = shapely.bounds(shapes) + np.array([-by, -by, by, by])
    return np.asarray(shapely.box(*bounds.T), dtype=object)


def _slices(shapes: Shapes) -> Places:
    return _morton(shapes) if len(shapes) > SLICE else np.arange(len(shapes), dtype=np.int64)


def _interiors_meet(
    left: Shapes, right: Shapes, first: Places, second: Places, least_m2: float
) -> tuple[Places, Places]:
    large = _box_shared_m2(left[first], right[second]) > least_m2
    first, second = first[large], second[large]
    meet = shapely.relate_pattern(left[first], right[second], "T********")
    return first[meet], second[meet]


def overlaps(shapes: Shapes, above_m2: float) -> Found:
    """Return the pairs of shapes that share more than a tolerance (at least what rounding makes of nothing)."""
    tree, order, least = shapely.STRtree(shapes), _slices(shapes), max(above_m2, NOISE_M2)

    def of_slice(start: int, stop: int) -> tuple[Places, Places]:
        core = order[start:stop]
        mine, theirs = tree.query(shapes[core])
        once = core[mine] < theirs
        return _interiors_meet(shapes, shapes, core[mine][once], theirs[once], least)

    return _shared(shapes, shapes, spread(of_slice, len(order), SLICE), least)


def across(left: Shapes, right: Shapes, above_m2: float) -> Found:
    """Return the pairs of one shape of each table that share more than a tolerance."""
    tree, least = shapely.STRtree(right), max(above_m2, NOISE_M2)

    def of_slice(start: int, stop: int) -> tuple[Places, Places]:
        mine, theirs = tree.query(left[start:stop])
        return _interiors_meet(left, right, mine + start, theirs, least)

    return _shared(left, right, spread(of_slice, len(left), SLICE), least)


def _shared(left: Shapes, right: Shapes, pairs: list[tuple[Places, Places]], least: float) -> Found:
    if not pairs:
        return none_found()
    first, second = (np.concatenate(column).astype(np.int64) for column in zip(*pairs, strict=True))

    def of_slice(start: int, stop: int) -> Found:
        one, two = first[start:stop], second[start:stop]
        shared = polygonal(shapely.intersection(left[one], right[two]))
        area = np.nan_to_num(measure(shared))
        over = area > least
        kept = shared[over]
        width = 2 * area[over] / np.maximum(perimeters(kept), 1e-9)
        return Found(one[over], two[over], area[over], width, shapely.point_on_surface(kept))

    return joined(spread(of_slice, len(first), PAIRS))


@dataclass(frozen=True, slots=True)
class Loose:
    """Pairs of shapes with loose edges, the smaller place first, and the loose edges of each shape."""

    first: Places
    second: Places
    edges: Shapes
    tree: shapely.STRtree


def loose(shapes: Shapes, gap_deg: float) -> Loose:
    """Return the pairs of near shapes with an edge that no neighbour meets with the same edge."""
    tree, order = shapely.STRtree(shapes), _slices(shapes)

    def marked(start: int, stop: int) -> tuple[Places, Shapes]:
        core = order[start:stop]
        near = np.union1d(core, tree.query(_wider(shapes[core], gap_deg))[1])
        edges = shapely.coverage_invalid_edges(shapes[near], gap_width=gap_deg)
        odd = ~(shapely.is_empty(edges) | shapely.is_missing(edges)) & np.isin(near, core)
        return near[odd], edges[odd]

    edges = np.full(len(shapes), None, dtype=object)
    for places, lines in spread(marked, len(order), SLICE):
        edges[places] = lines
    odd = np.flatnonzero(~shapely.is_missing(edges)).astype(np.int64)
    mine, theirs = tree.query(_wider(shapes[odd], gap_deg))
    first, second = np.minimum(odd[mine], theirs), np.maximum(odd[mine], theirs)
    pairs = np.unique(np.stack([first, second], axis=1)[first != second], axis=0)
    return Loose(pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64), edges, tree)


def _box_shared_m2(left: Shapes, right: Shapes) -> Numbers:
    """Return the area that the boxes of pairs share: no pair shares more."""
    a, b = shapely.bounds(left), shapely.bounds(right)
    size = np.clip(np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2]), 0, None)
    return np.asarray(size[:, 0] * size[:, 1] * METRES**2 * 1.02, dtype=float)


def gaps(shapes: Shapes, width_m: float, above_m2: float) -> Found:
    """Return the pairs between which lies a strip that is nobody's and narrower than ``width_m``.

    The two shapes are grown by half the width and shrunk again (a morphological closing): what
    they have gained is narrower than the width, whether it is closed all round or open to a street.
    What a third shape covers is taken away; what touches only one of the two, or is not
    slender (the corner where two parcels meet at an angle), is no gap.
    """
    if width_m <= 0 or not len(shapes):
        return none_found()
    reach = degrees_of(width_m, shapes)
    found = loose(shapes, reach)
    edges = found.edges

    def close(start: int, stop: int) -> NDArray[np.bool_]:
        one, two = edges[found.first[start:stop]], edges[found.second[start:stop]]
        return np.asarray(shapely.dwithin(one, two, reach), dtype=bool)

    near = spread(close, len(found.first), 10 * PAIRS)
    first, second = (
        places[np.concatenate(near)] if near else places for places in (found.first, found.second)
    )

    def between(start: int, stop: int) -> Found:
        one, two = first[start:stop], second[start:stop]
        return _between(shapes, one, two, found.tree, width_m, max(above_m2, NOISE_M2))

    return joined(spread(between, len(first), PAIRS))


def _between(
    shapes: Shapes, one: Places, two: Places, tree: shapely.STRtree, width_m: float, least_m2: float
) -> Found:
    plane = Plane.at(shapes[one])
    left, right = plane.metres(shapes[one]), plane.metres(shapes[two])
    both = cut(shapely.union, left, right)
    half = width_m / 2
    grown = shapely.buffer(both, half, join_style="mitre", mitre_limit=10)
    closed = shapely.buffer(grown, -half, join_style="mitre", mitre_limit=10)
    parts, whose = shapely.get_parts(cut(shapely.difference, closed, both), return_index=True)
    real = shapely.area(parts) > least_m2 / 2
    real &= shapely.dwithin(parts, left[whose], width_m / 100) & shapely.dwithin(
        parts, right[whose], width_m / 100
    )
    parts, whose = parts[real], whose[real]
    planes = plane.of(whose)
    parts = _without_others(parts, planes, shapes, one[whose], two[whose], tree)
    area = np.nan_to_num(measure(planes.degrees(parts)))
    border = shapely.length(parts)
    width = 2 * area / np.maximum(border, 1e-9)
    gap = (area > least_m2) & (border / 2 - width >= _SLENDER * width)
    points = plane.of(whose[gap]).degrees(shapely.point_on_surface(parts[gap]))
    return Found(one[whose[gap]], two[whose[gap]], area[gap], width[gap], points)


def _without_others(
    parts: Shapes, planes: Plane, shapes: Shapes, one: Places, two: Places, tree: shapely.STRtree
) -> Shapes:
    """Return parts (in metres) without what third shapes cover, one neighbour of each part at a time."""
    place, other = tree.query(planes.degrees(parts))
    third = (other != one[place]) & (other != two[place])
    place, other = place[third], other[third]
    starts = np.flatnonzero(np.r_[True, place[1:] != place[:-1]]) if len(place) else np.zeros(0, dtype=int)
    turn = np.arange(len(place)) - np.repeat(starts, np.diff(np.r_[starts, len(place)]))
    parts = parts.copy()
    for number in range(int(turn.max()) + 1 if len(turn) else 0):
        here = place[turn == number]
        cover = planes.of(here).metres(shapes[other[turn == number]])
        parts[here] = polygonal(cut(shapely.difference, parts[here], cover))
    return parts
