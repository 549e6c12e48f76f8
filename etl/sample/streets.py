"""From a park's outline to its blocks: a street grid, streets left out, cuts, bends, corners."""

import math
import random
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from etl.sample.city import ParkSite
from etl.sample.plots import SMALLEST_M2, polygons

MAIN_M, MINOR_M = 40.0, 24.0
VERGE_M = 16.0
BEND_LENGTH_M = 1_900.0


def _positions(low: float, high: float, step: tuple[float, float], rng: random.Random) -> list[float]:
    found = [low]
    while found[-1] < high:
        found.append(found[-1] + rng.uniform(*step))
    return found


def _segments(xs: list[float], ys: list[float], rng: random.Random) -> list[BaseGeometry]:
    """Return the street surfaces: each stretch between two crossings, some minor ones missing."""
    found: list[BaseGeometry] = []
    for along, across, turned in ((ys, xs, False), (xs, ys, True)):
        for place, at in enumerate(across):
            main = place % 3 == 1
            half = (MAIN_M if main else MINOR_M) / 2
            for start, end in pairwise(along):
                if main or rng.random() > 0.17:
                    box = (at - half, start - half, at + half, end + half)
                    found.append(shapely.box(*((box[1], box[0], box[3], box[2]) if turned else box)))
    return found


def bend(shape: BaseGeometry, height: float) -> BaseGeometry:
    """Bend a shape along two slow waves of a height in metres, so that streets curve."""
    if not height:
        return shape

    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = points[:, 0], points[:, 1]
        wave = np.sin(x * math.pi / BEND_LENGTH_M)
        return np.column_stack([x + 0.45 * height * np.sin(y * math.pi / 1_300), y + height * wave])

    return shapely.transform(shapely.segmentize(shape, 110), moved)


def outline(site: ParkSite) -> Polygon:
    """Return the park boundary in its own frame, with some of its corners rounded."""
    rough = Polygon(site.boundary)
    if site.corners == "round":
        return rough.buffer(-160).buffer(160, quad_segs=5).simplify(1.5)
    return rough


def cuts(site: ParkSite) -> list[tuple[str, BaseGeometry]]:
    """Return the surfaces of the rivers and roads that cross a park."""
    return [
        (cut.kind, LineString(_smooth(cut.line)).buffer(cut.width / 2, cap_style="flat", join_style="mitre"))
        for cut in site.cuts
    ]


def _smooth(line: list[list[float]]) -> NDArray[np.float64]:
    """Round off a polyline by cutting its corners twice (Chaikin)."""
    points = np.asarray(line, dtype=float)
    for _ in range(2):
        near, far = 0.75 * points[:-1] + 0.25 * points[1:], 0.25 * points[:-1] + 0.75 * points[1:]
        middle = np.stack([near, far], axis=1).reshape(-1, 2)
        points = np.vstack([points[:1], middle, points[-1:]])
    return points


def blocks(site: ParkSite, rng: random.Random) -> list[Polygon]:
    """Return the blocks of a park: what streets, cuts and the verge leave."""
    area = outline(site)
    west, south, east, north = area.bounds
    xs = _positions(west - rng.uniform(0, 150), east, site.spacing_x, rng)
    ys = _positions(south - rng.uniform(0, 120), north, site.spacing_y, rng)
    streets = bend(shapely.union_all(_segments(xs, ys, rng)), site.bend)
    crossing = [surface.buffer(18 if kind == "river" else 4) for kind, surface in cuts(site)]
    left = area.buffer(-VERGE_M).difference(shapely.union_all([streets, *crossing]))
    return [corner for part in polygons(left) for corner in polygons(_corners(part, site.corners))]


def _corners(block: Polygon, style: str) -> BaseGeometry:
    """Round or chamfer the corners of a block as kerbs do, and drop necks."""
    inner = block.buffer(-14, join_style="mitre")
    grown = inner.buffer(14, quad_segs=3) if style == "round" else inner.buffer(14, join_style="bevel")
    whole = grown.intersection(block).simplify(0.6)
    kept = [part for part in polygons(whole) if part.area >= SMALLEST_M2]
    return shapely.union_all(kept)
