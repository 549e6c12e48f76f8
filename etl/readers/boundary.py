"""Whether a layer is in the shifted coordinates of a web map, told by the boundaries of the parks.

Parcels, buildings and parks keep to park boundaries; many share them. A layer
shifted by some hundred metres does not. So the share of its vertices inside
the published parks (the boundary counts as inside, with two metres to spare)
is taken as delivered and after shifting back by the formula of GCJ-02 and of
BD-09. A layer is taken for shifted only if all of this holds:

* after shifting back nine tenths of the vertices are inside, and the share
  outside has fallen to a third or less, by at least one twentieth of all;
* shifting by the same distance into seven other directions does worse, so
  that it is this shift and not just any that helps;
* a tenth of the vertices is inside as delivered, and the layer spans at least
  three times the shift: land beside a park could else be pushed into it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from etl.readers.crs import Place
from etl.readers.webmap import Points, from_bd09, from_gcj02

MOST_SHAPES, MOST_VERTICES, LEAST_VERTICES = 2_000, 6_000, 24
MARGIN_DEG = 0.00002  # two metres
INSIDE, INSIDE_BEFORE, GAIN, FALL = 0.9, 0.1, 0.05, 3
SPAN = 3
BACK = {"GCJ-02": from_gcj02, "BD-09": from_bd09}


@dataclass(frozen=True, slots=True)
class Shifted:
    """What a layer seems to be in, and the shares of its vertices inside the parks before and after."""

    system: str
    before: float
    after: float
    by_m: float


def vertices_of(shapes: NDArray[np.object_]) -> Points:
    """Return some thousand vertices of shapes, evenly taken."""
    there = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    if len(there) > MOST_SHAPES:
        there = there[np.linspace(0, len(there) - 1, MOST_SHAPES).astype(np.int64)]
    found: Points = shapely.get_coordinates(there)
    found = found[np.isfinite(found).all(axis=1)]
    if len(found) > MOST_VERTICES:
        found = found[np.linspace(0, len(found) - 1, MOST_VERTICES).astype(np.int64)]
    return found


def looks_shifted(shapes: NDArray[np.object_], place: Place | None) -> Shifted | None:
    """Return the web map's system that a layer in degrees fits the parks in, or ``None``."""
    if place is None or place.parks is None:
        return None
    points = vertices_of(shapes)
    if len(points) < LEAST_VERTICES:
        return None
    parks = shapely.buffer(place.parks, MARGIN_DEG)
    shapely.prepare(parks)

    def inside(moved: Points) -> float:
        return float(shapely.contains_xy(parks, moved[:, 0], moved[:, 1]).mean())

    before = inside(points)
    if before < INSIDE_BEFORE or 1 - before < GAIN:
        return None
    found = [said for name in BACK if (said := _test(name, points, before, inside)) is not None]
    return max(found, key=lambda said: said.after, default=None)


def _test(name: str, points: Points, before: float, inside: Callable[[Points], float]) -> Shifted | None:
    back = BACK[name](points)
    after = inside(back)
    if after < INSIDE or after - before < GAIN or (1 - after) * FALL > 1 - before:
        return None
    narrow = np.cos(np.radians(points[:, 1].mean()))  # a degree of longitude in degrees of latitude
    shift = (back - points).mean(axis=0) * (narrow, 1)
    length = float(np.hypot(*shift))
    if float(np.hypot(*(np.ptp(points, axis=0) * (narrow, 1)))) < SPAN * length:
        return None
    for eighth in range(1, 8):
        turn = np.pi / 4 * eighth
        east, north = (
            shift[0] * np.cos(turn) - shift[1] * np.sin(turn), shift[0] * np.sin(turn) + shift[1] * np.cos(turn)
        )  # fmt: skip
        if inside(points + np.array([east / narrow, north])) >= after:
            return None
    return Shifted(name, before, after, round(length * 111_195, 0))
