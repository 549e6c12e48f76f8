"""How much of each zone some layers of shapes cover (叠加面积), in square metres, without cutting a shape.

Each zone has one plane: the equal-area cone of its own latitude, on which
:mod:`gis.areas` measures it too. Zone and shapes are projected onto it as they
are drawn, so an edge is straight there, which is a geodesic to within a
millimetre over 5 km. Zones are worked through in chunks, so memory does not
grow with their number, and a zone's area depends on itself and the shapes that
meet it only: never on other zones, on chunks or on threads.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import shapely

from gis.areas import plane_corners, ring_areas, to_plane
from gis.edge_pairs import Outlines, compiled
from gis.polygons import overlap_inside, valid_polygons

_CHUNK = 4_096
_BLOCK = 32  # edges that are passed over together where their box lies beside a zone
_POLYGON, _MULTIPOLYGON = 3, 6
# Corners on a plane are rounded to some nanometres: shapes share land if it shows in the digits kept (0.0001 m2).
SHARED_M2 = 1e-5
_MARGIN = 0.051  # half a tenth of a degree, and a little for the bow of long edges


def areas_inside(
    layers: Sequence[Any], zones: Any, threads: int = 2, chunk: int = _CHUNK
) -> tuple[Any, list[Any]]:
    """Return the area of each zone, and of each layer the area that its shapes cover in each zone.

    Parameters
    ----------
    layers
        Arrays of valid polygons in CGCS2000 degrees. Those of one layer may overlap
        each other: land is counted once.
    zones
        An array of polygons in CGCS2000 degrees; repaired where they are not valid.
    threads
        How many chunks are worked on at a time.
    chunk
        Zones in a chunk. The areas do not depend on it.

    Returns
    -------
    tuple
        Square metres as ``float64``, in the order of the zones: what :func:`gis.areas.measure` gives,
        and for each layer at least 0 and at most that.
    """
    zones = np.asarray(zones, dtype=object)
    bounds = shapely.bounds(zones)
    heights = (bounds[:, 3] - bounds[:, 1])[~np.isnan(bounds[:, 1])]
    reach = _MARGIN + (float(heights.max()) / 2 if len(heights) else 0.0)
    stocks = [_Layer(np.asarray(layer, dtype=object), reach) for layer in layers]
    whole = np.zeros(len(zones))
    found = [np.zeros(len(zones)) for _ in layers]

    def work(start: int) -> None:
        here = slice(start, start + chunk)
        whole[here], parts = _of_chunk(stocks, zones[here])
        for layer, part in zip(found, parts, strict=True):
            layer[here] = part

    starts = range(0, len(zones), chunk)
    if threads > 1 and len(starts) > 1:
        planes = np.unique(_bands(bounds)).tolist()
        with ThreadPoolExecutor(threads) as pool:
            list(
                pool.map(lambda pair: pair[0].on(pair[1]), [(layer, at) for at in planes for layer in stocks])
            )
            list(pool.map(work, starts))
    else:
        for start in starts:
            work(start)
    return whole, found


def _of_chunk(stocks: Sequence["_Layer"], zones: Any) -> tuple[Any, list[Any]]:
    zones = valid_polygons(zones)
    bounds = shapely.bounds(zones)
    drawn = np.flatnonzero(~np.isnan(bounds[:, 1]))
    bands = _bands(bounds)
    whole = np.zeros(len(zones))
    found = [np.zeros(len(zones)) for _ in stocks]
    for band in np.unique(bands).tolist():
        here = drawn[bands == band]
        lines, whole[here] = outlines(zones[here], band)
        boxes = shapely.box(*lines.box.T)
        for layer, stock in zip(found, stocks, strict=True):
            layer[here] = stock.on(band).cover(lines, boxes, whole[here], zones[here], band)
    return whole, found


def _bands(bounds: Any) -> Any:
    """Return the plane of each box that is not empty."""
    middle = (bounds[:, 1] + bounds[:, 3]) * 5
    return np.round(middle[~np.isnan(middle)]).astype(int)


class _Layer:
    """The shapes of a layer, on each plane once."""

    def __init__(self, shapes: Any, reach: float) -> None:
        self.shapes, self.reach = shapes, reach
        self.bounds = shapely.bounds(shapes)
        self.planes: dict[int, _Plane] = {}
        self.lock = threading.Lock()

    def on(self, band: int) -> "_Plane":
        """Return the shapes near the zones of a plane."""
        with self.lock:
            if band not in self.planes:
                low, high = band / 10 - self.reach, band / 10 + self.reach
                near = (self.bounds[:, 1] <= high) & (self.bounds[:, 3] >= low)
                self.planes[band] = _plane(self.shapes[near], band)
            return self.planes[band]


class _Plane(NamedTuple):
    """The shapes of a layer near one latitude."""

    lines: Outlines
    tree: Any
    left: Any
    right: Any
    """Pairs of shapes that share land."""
    drawn: Any
    """Those shapes on the plane; None for the others."""

    def cover(self, lines: Outlines, boxes: Any, whole: Any, zones: Any, band: int) -> Any:
        """Return the area of each zone that the shapes cover."""
        zone, shape = self.tree.query(boxes)
        order = np.lexsort((shape, zone))  # the sum of a zone is always made in the same order
        zone, shape = zone[order], shape[order]
        areas = np.maximum(shared(lines, self.lines, zone, shape), 0.0)
        sums = np.bincount(zone, weights=areas, minlength=len(zones))
        some = areas > 0
        zone, shape, areas = zone[some], shape[some], areas[some]
        joined = overlap_inside(zone, shape, self.left, self.right)
        largest = np.zeros(len(zones))
        np.maximum.at(largest, zone, areas)
        ends = np.searchsorted(zone, np.arange(len(zones) + 1))
        # Where one shape covers all of a zone, the others add nothing, and the limit below says so.
        doubled = np.bincount(zone[joined], minlength=len(zones)) > 0
        for number in np.flatnonzero(doubled & (largest < whole - SHARED_M2)).tolist():
            pairs = slice(ends[number], ends[number + 1])
            together = self.drawn[shape[pairs][joined[pairs]]]
            place = valid_polygons(to_plane(zones[number : number + 1], band))
            dissolved = shapely.area(shapely.union_all(shapely.intersection(place, together)))
            sums[number] = areas[pairs][~joined[pairs]].sum() + dissolved
        return np.minimum(sums, whole)


def _plane(shapes: Any, band: int) -> _Plane:
    lines, _ = outlines(shapes, band)
    filled = ~np.isnan(lines.box[:, 0])
    boxes = np.full(len(shapes), shapely.Polygon(), dtype=object)
    boxes[filled] = shapely.box(*lines.box[filled].T)
    tree = shapely.STRtree(boxes)
    left, right = tree.query(boxes)
    sizes = np.diff(lines.blocks)
    # Of each pair once, the one with fewer edges first.
    once = (sizes[left] < sizes[right]) | ((sizes[left] == sizes[right]) & (left < right))
    left, right = left[once], right[once]
    doubled = shared(lines, lines, left, right) > SHARED_M2
    left, right = left[doubled], right[doubled]
    overlapping = np.unique(np.concatenate([left, right]))
    drawn = np.full(len(shapes), None, dtype=object)
    drawn[overlapping] = valid_polygons(to_plane(shapes[overlapping], band))
    return _Plane(lines, tree, left, right, drawn)


def shared(one: Outlines, other: Outlines, left: Any, right: Any) -> Any:
    """Return what polygons ``left`` of one and ``right`` of the other share, pair by pair, in square metres."""
    areas = np.zeros(len(left))
    compiled()(one, other, np.asarray(left, dtype=np.int64), np.asarray(right, dtype=np.int64), areas)
    return areas


def outlines(shapes: Any, band: int) -> tuple[Outlines, Any]:
    """Return polygons in degrees as outlines on a plane, and their areas in square metres.

    A missing shape, an empty one and one that is no polygon has no edges and no area.
    """
    points, starts, owner, hole = _rings(shapes)
    x, y = plane_corners(points, band)
    counts = np.diff(starts)
    turns = ring_areas(x, y, starts)
    sizes = np.where(hole, -1.0, 1.0) * np.abs(turns)
    areas = np.bincount(owner, weights=sizes, minlength=len(shapes)).astype(float)
    # The formula of the areas is positive for a ring that runs against the clock.
    clockwise = np.where((turns > 0) == hole, 1.0, -1.0)
    pieces = -(-(counts - 1) // _BLOCK)
    ring = np.repeat(np.arange(len(counts)), pieces)
    step = np.arange(len(ring)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    first = starts[ring] + step * _BLOCK
    last = np.minimum(first + _BLOCK, starts[ring + 1] - 1)
    sides = [
        least(least.reduceat(side, first) if len(first) else np.empty(0), side[last])
        for least, side in ((np.minimum, x), (np.minimum, y), (np.maximum, x), (np.maximum, y))
    ]
    order = np.argsort(owner[ring], kind="stable")
    owners = owner[ring][order]
    west, south, east, north = (side[order] for side in sides)
    blocks = np.searchsorted(owners, np.arange(len(shapes) + 1))
    box = np.full((len(shapes), 4), np.nan)
    some = np.flatnonzero(np.diff(blocks) > 0)
    for column, (least, side) in enumerate(
        ((np.minimum, west), (np.minimum, south), (np.maximum, east), (np.maximum, north))
    ):
        if len(some):
            box[some, column] = least.reduceat(side, blocks[some])
    lines = Outlines(
        x, y, first[order], last[order], clockwise[ring][order], west, south, east, north, blocks, box
    )
    return lines, areas


def _rings(shapes: Any) -> tuple[Any, Any, Any, Any]:
    """Return the corners of all rings, where each ring begins, whose it is and whether it is a hole."""
    kinds = shapely.get_type_id(shapes)
    drawn = np.isin(kinds, (_POLYGON, _MULTIPOLYGON)) & ~shapely.is_empty(shapes)
    outer = shapely.get_exterior_ring(shapely.get_geometry(shapes, 0))
    counts = shapely.get_num_coordinates(shapes)
    # Most shapes are one ring; taking rings out of the others takes longer.
    single = drawn & (counts == shapely.get_num_coordinates(outer))
    several = np.flatnonzero(drawn & ~single)
    parts, part_of = shapely.get_parts(shapes[several], return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    points = np.concatenate([shapely.get_coordinates(shapes[single]), shapely.get_coordinates(rings)])
    sizes = np.concatenate([counts[single], shapely.get_num_coordinates(rings)]).astype(np.int64)
    owner = np.concatenate([np.flatnonzero(single), several[part_of[ring_of]]])
    later = np.append(False, ring_of[1:] == ring_of[:-1]) if len(ring_of) else np.zeros(0, dtype=bool)
    hole = np.concatenate([np.zeros(int(single.sum()), dtype=bool), later])
    return points, np.append(0, np.cumsum(sizes)), owner.astype(np.int64), hole
