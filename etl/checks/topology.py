"""Shapes against shapes: which overlap, and between which lies a gap.

Overlaps: of the pairs whose boxes share more than the tolerance, GEOS is asked whether
their interiors meet (one relation, no geometry is made); only those that do are cut. This is exact: a large
parcel drawn over a whole block of small ones is found, though every edge of the small ones is met by a neighbour's.

Gaps: GEOS validates the shapes as a coverage. An edge that no neighbour meets with the same edge, but that lies
nearer to one than the width of a gap, is marked; only pairs with marked edges near each other are measured.

Both are done in tiles that lie together, with the neighbours of each tile beside it, on all processors: shapes are
built for a tile at a time, and what is found does not depend on the order of the rows. Pairs that are known to be
as they were (:class:`Known`) are measured again, but not looked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from etl.checks.parallel import spread
from etl.checks.plane import METRES, Numbers, Places, Plane, Shapes, cut, perimeters, polygonal
from etl.checks.tiles import around, beside, tiles
from etl.drawn import Drawn
from gis.areas import measure

NOISE_M2 = 0.001  # below this an area is rounding of coordinates; "zero" means this
PAIRS = 4_000  # pairs that are cut at once
_MITRE = 10  # how far a mitred corner reaches, in half widths
T = TypeVar("T")
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


def degrees_of(width_m: float, boxes: NDArray[np.float64]) -> float:
    """Return a width in degrees of longitude, which are the shorter ones: enough in both directions."""
    if np.isnan(boxes).all():
        return 0.0
    south, north = np.nanmin(boxes[:, 1]), np.nanmax(boxes[:, 3])
    return float(width_m / (METRES * np.cos(np.radians(min(89.0, max(abs(south), abs(north)))))))


def reach_of(width_m: float, boxes: NDArray[np.float64]) -> float:
    """Return how far away a shape may have to do with a gap of a width, in degrees."""
    return _MITRE * degrees_of(width_m, boxes)


@dataclass(frozen=True, slots=True)
class Known:
    """Rows that stand still with all around them, and the pairs of such rows that were found, shape ``(n, 2)``."""

    settled: NDArray[np.bool_]
    pairs: Places


def unknown(count: int) -> Known:
    """Return that nothing is known of some rows: all pairs are looked for."""
    return Known(np.zeros(count, dtype=bool), np.zeros((0, 2), dtype=np.int64))


@dataclass(frozen=True, slots=True)
class _Tile:
    """Shapes that lie together: ``near`` says which rows they are, ``own`` which of them the tile is there for."""

    near: Places
    own: Places
    shapes: Shapes
    tree: shapely.STRtree

    @classmethod
    def of(cls, drawn: Drawn, core: Places, reach: float) -> "_Tile":
        near = around(drawn.boxes, core, reach)
        shapes = drawn[near]
        return cls(near, np.searchsorted(near, core), shapes, shapely.STRtree(shapes))


def overlaps(drawn: Drawn, above_m2: float, known: Known | None = None) -> Found:
    """Return the pairs of shapes that share more than a tolerance (at least what rounding makes of nothing)."""
    known, least = known or unknown(len(drawn)), max(above_m2, NOISE_M2)
    moved = np.flatnonzero(~known.settled)

    def of_tile(core: Places) -> Found:
        tile = _Tile.of(drawn, core, 0.0)
        mine, theirs = tile.tree.query(tile.shapes[tile.own])
        mine = tile.own[mine]
        # Once a pair: by its earlier row, where both have moved.
        once = (mine < theirs) | (known.settled[tile.near[theirs]] & (mine != theirs))
        one, two = np.minimum(mine[once], theirs[once]), np.maximum(mine[once], theirs[once])
        return _shared(
            tile.shapes, tile.shapes, *_interiors_meet(tile.shapes, tile.shapes, one, two, least), least
        ).of(tile.near)

    def of_known(pairs: Places) -> Found:
        rows, at = np.unique(pairs, return_inverse=True)
        shapes, at = drawn[rows], at.reshape(-1, 2)
        return _shared(shapes, shapes, at[:, 0], at[:, 1], least).of(rows)

    fresh = _each(of_tile, tiles(drawn.boxes, moved))
    return joined(fresh + _each(of_known, _batches(known.pairs)))


def across(drawn: Drawn, others: Shapes, above_m2: float) -> Found:
    """Return the pairs of one shape of each table that share more than a tolerance."""
    tree, least = shapely.STRtree(others), max(above_m2, NOISE_M2)

    def of_tile(core: Places) -> Found:
        shapes = drawn[core]
        mine, theirs = tree.query(shapes)
        met = _interiors_meet(shapes, others, mine, theirs, least)
        found = _shared(shapes, others, *met, least)
        return Found(core[found.first], found.second, found.area_m2, found.width_m, found.points)

    return joined(_each(of_tile, tiles(drawn.boxes, np.arange(len(drawn)))))


def _each(work: Callable[[Places], T], parts: list[Places]) -> list[T]:
    return spread(lambda start, _: work(parts[start]), len(parts), 1)


def _batches(pairs: Places) -> list[Places]:
    return [pairs[start : start + PAIRS] for start in range(0, len(pairs), PAIRS)]


def _interiors_meet(
    left: Shapes, right: Shapes, first: Places, second: Places, least_m2: float
) -> tuple[Places, Places]:
    large = _box_shared_m2(left[first], right[second]) > least_m2
    first, second = first[large], second[large]
    meet = shapely.relate_pattern(left[first], right[second], "T********")
    return first[meet], second[meet]


def _shared(left: Shapes, right: Shapes, first: Places, second: Places, least: float) -> Found:
    """Measure what pairs share."""
    parts = []
    for start in range(0, len(first), PAIRS):
        one, two = first[start : start + PAIRS], second[start : start + PAIRS]
        shared = polygonal(shapely.intersection(left[one], right[two]))
        area = np.nan_to_num(measure(shared))
        over = area > least
        kept = shared[over]
        width = 2 * area[over] / np.maximum(perimeters(kept), 1e-9)
        parts.append(Found(one[over], two[over], area[over], width, shapely.point_on_surface(kept)))
    return joined(parts)


def _box_shared_m2(left: Shapes, right: Shapes) -> Numbers:
    """Return the area that the boxes of pairs share: no pair shares more."""
    a, b = shapely.bounds(left), shapely.bounds(right)
    size = np.clip(np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2]), 0, None)
    return np.asarray(size[:, 0] * size[:, 1] * METRES**2 * 1.02, dtype=float)


def gaps(drawn: Drawn, width_m: float, above_m2: float, known: Known | None = None) -> Found:
    """Return the pairs between which lies a strip that is nobody's and narrower than ``width_m``.

    The two shapes are grown by half the width and shrunk again (a morphological closing): what
    they have gained is narrower than the width, whether it is closed all round or open to a street.
    What a third shape covers is taken away; what touches only one of the two, or is not
    slender (the corner where two parcels meet at an angle), is no gap.
    """
    if width_m <= 0 or not len(drawn):
        return none_found()
    pairs = _near_pairs(drawn, degrees_of(width_m, drawn.boxes), known or unknown(len(drawn)))
    beyond = reach_of(width_m, drawn.boxes)

    def between(core: Places) -> Found:
        mine = pairs[np.isin(pairs[:, 0], core)]
        tile = _Tile.of(drawn, np.unique(mine), beyond)
        parts = []
        for some in _batches(mine):
            one, two = (np.searchsorted(tile.near, some[:, side]) for side in (0, 1))
            parts.append(_between(tile.shapes, one, two, tile.tree, width_m, max(above_m2, NOISE_M2)))
        return joined(parts).of(tile.near)

    return joined(_each(between, tiles(drawn.boxes, np.unique(pairs[:, 0]))))


def _near_pairs(drawn: Drawn, reach: float, known: Known) -> Places:
    """Return the pairs of rows with loose edges near each other, those that are known among them."""
    moved = np.flatnonzero(~known.settled)
    wanted = moved if len(moved) == len(drawn) else beside(drawn.boxes, drawn.boxes[moved], reach)
    rows, edges = loose(drawn, wanted, reach)
    tree = shapely.STRtree(_wider(drawn.boxes[rows], reach))
    mine, theirs = tree.query(shapely.box(*drawn.boxes[rows].T))
    mine, theirs = mine[mine < theirs], theirs[mine < theirs]
    fresh = ~(known.settled[rows[mine]] & known.settled[rows[theirs]])
    mine, theirs = mine[fresh], theirs[fresh]
    close = spread(
        lambda a, b: np.asarray(shapely.dwithin(edges[mine[a:b]], edges[theirs[a:b]], reach), dtype=bool),
        len(mine), 10 * PAIRS,
    )  # fmt: skip
    near = np.concatenate([np.zeros(0, dtype=bool), *close])
    return np.concatenate([np.stack([rows[mine[near]], rows[theirs[near]]], axis=1), known.pairs])


def loose(drawn: Drawn, wanted: Places, reach: float) -> tuple[Places, Shapes]:
    """Return the rows with edges that no neighbour meets with the same edge, among those asked for, and these edges."""

    def marked(core: Places) -> tuple[Places, Shapes]:
        near = around(drawn.boxes, core, reach)
        edges = shapely.coverage_invalid_edges(drawn[near], gap_width=reach)
        odd = ~(shapely.is_empty(edges) | shapely.is_missing(edges)) & np.isin(near, core)
        return near[odd], edges[odd]

    found = _each(marked, tiles(drawn.boxes, wanted))
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object)
    rows, edges = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(rows)
    return rows[order], edges[order]


def _wider(boxes: NDArray[np.float64], by: float) -> Shapes:
    return np.asarray(shapely.box(*(boxes + np.array([-by, -by, by, by])).T), dtype=object)


def _between(
    shapes: Shapes, one: Places, two: Places, tree: shapely.STRtree, width_m: float, least_m2: float
) -> Found:
    plane = Plane.at(shapes[one])
    left, right = plane.metres(shapes[one]), plane.metres(shapes[two])
    both = cut(shapely.union, left, right)
    half = width_m / 2
    grown = shapely.buffer(both, half, join_style="mitre", mitre_limit=_MITRE)
    closed = shapely.buffer(grown, -half, join_style="mitre", mitre_limit=_MITRE)
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
    order = np.lexsort((other, place))  # not the order of the tree, so that tiles find what one piece finds
    place, other = place[order], other[order]
    starts = np.flatnonzero(np.r_[True, place[1:] != place[:-1]]) if len(place) else np.zeros(0, dtype=int)
    turn = np.arange(len(place)) - np.repeat(starts, np.diff(np.r_[starts, len(place)]))
    parts = parts.copy()
    for number in range(int(turn.max()) + 1 if len(turn) else 0):
        here = place[turn == number]
        cover = planes.of(here).metres(shapes[other[turn == number]])
        parts[here] = polygonal(cut(shapely.difference, parts[here], cover))
    return parts
