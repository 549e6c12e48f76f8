"""Which systems the numbers of a layer may be in: tried against the boundaries of the parks.

Every system that a Chinese delivery comes in is tried in turn. One fits if
the layer then lies in or near the city. All that fit are named, with the
distance to the parks and, once park boundaries are published, with the share
of the layer that lies inside them; what fits best is a proposal, for a person
to confirm. Xian 1980 and Beijing 1954 differ from CGCS2000 by less than a
hundred metres: no numbers tell them apart.
"""

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import ProjError

from etl.readers.crs import STORAGE, Box, Place

MOST_SHAPES = 2_000  # that are tried; of more, every n-th
NEAR_M = 50_000.0  # a city is larger than its parks; the next zone is 250 km away
WIDER_DEG = (
    1.5  # half a zone: a city reaches beyond its parks, and a zone is often stretched over its neighbour
)
MOST_SHARE = 0.9  # of the shapes that have to be near, so that one stray row decides nothing
MIXED_SHARE = 0.02  # of the shapes that a second system has to explain to be named
_ELLIPSOID = Geod(a=6_378_137.0, rf=298.257222101)
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A system in which a layer lies in or near the city.

    ``declare`` is what ``--crs`` takes to confirm it, ``distance_m`` how far
    the layer then is from the parks' extent, ``inside`` the share of it inside
    the parks (``None`` while there are none), ``bounds`` its extent in degrees.
    """

    crs: str
    name: str
    swapped: bool
    distance_m: float
    near: float
    inside: float | None
    bounds: Box

    @property
    def declare(self) -> str:
        """What a person writes to confirm this system."""
        return f"{self.crs},yx" if self.swapped else self.crs

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self) | {"declare": self.declare}


def systems(place: Place) -> list[int]:
    """List the systems that a delivery from this place may be in, the likeliest first.

    Degrees; the 3-degree zones that the city touches or lies next to, with and
    without the zone number in the easting; the 6-degree zones, the same; UTM; Web
    Mercator. A 6-degree zone without its number has the numbers of the
    3-degree zone of the same meridian and is not named beside it.
    """
    west, east = place.box[0] - WIDER_DEG, place.box[2] + WIDER_DEG
    three = sorted({round(longitude / 3) for longitude in np.arange(west, east + 0.01, 0.1)})
    six = sorted({int(longitude // 6) + 1 for longitude in np.arange(west, east + 0.01, 0.1)})
    zones = [4513 + zone - 25 for zone in three if 25 <= zone <= 45]
    plain = [4534 + zone - 25 for zone in three if 25 <= zone <= 45]
    wide = [4491 + zone - 13 for zone in six if 13 <= zone <= 23]
    meridians = {zone * 3 for zone in three}
    wide_plain = [4502 + zone - 13 for zone in six if 13 <= zone <= 23 and zone * 6 - 3 not in meridians]
    utm = [32630 + zone for zone in six]
    return [STORAGE, *zones, *plain, *wide, *wide_plain, *utm, 3857]


def points_of(shapes: NDArray[np.object_]) -> Points:
    """Return a point in each of up to two thousand shapes, in the numbers of the file."""
    there = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    if len(there) > MOST_SHAPES:
        there = there[np.linspace(0, len(there) - 1, MOST_SHAPES).astype(np.int64)]
    box = shapely.bounds(there)
    middle = np.column_stack([(box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2])
    finite: Points = middle[np.isfinite(middle).all(axis=1)]
    return finite


def corners(bounds: Box) -> Points:
    """Return the middle and the corners of an extent, where no shapes are at hand."""
    left, low, right, high = bounds
    middle = (left + right) / 2, (low + high) / 2
    return np.array([middle, (left, low), (left, high), (right, low), (right, high)], dtype=float)


@lru_cache(maxsize=64)
def _to_degrees(epsg: int) -> Transformer:
    return Transformer.from_crs(epsg, STORAGE, always_xy=True)


def degrees(points: Points, epsg: int, swapped: bool) -> Points:
    """Return points in degrees of CGCS2000, not finite where that cannot be."""
    given = points[:, ::-1] if swapped else points
    try:
        found = np.column_stack(_to_degrees(epsg).transform(given[:, 0], given[:, 1]))
    except ProjError:
        return np.full_like(points, np.nan)
    found[(np.abs(found[:, 0]) > 180) | (np.abs(found[:, 1]) > 90)] = np.nan
    return found


def distances_m(points: Points, box: Box) -> NDArray[np.float64]:
    """Return how far points lie from an extent, in metres on the ellipsoid; infinite where there is no point."""
    west, south, east, north = box
    good = np.isfinite(points).all(axis=1)
    found = np.full(len(points), np.inf)
    x, y = points[good, 0], points[good, 1]
    found[good] = _ELLIPSOID.inv(x, y, np.clip(x, west, east), np.clip(y, south, north))[2]
    return found


def reach_m(place: Place) -> float:
    """Return how far from the extent a layer of the city may lie: a fifth of its size, 50 km at least."""
    west, south, east, north = place.box
    return max(NEAR_M, float(_ELLIPSOID.inv(west, south, east, north)[2]) / 5)


def share_inside(points: Points, place: Place) -> float | None:
    """Return the share of points inside the published parks, or ``None`` without parks."""
    if place.parks is None or not len(points):
        return None
    shapely.prepare(place.parks)
    return float(shapely.contains_xy(place.parks, points[:, 0], points[:, 1]).mean())


def try_one(points: Points, place: Place, epsg: int, swapped: bool) -> Candidate | None:
    """Return what a layer would be in one system, or ``None`` if no shape of it lies near the city."""
    found = degrees(points, epsg, swapped)
    far = distances_m(found, place.box)
    near = far <= reach_m(place)
    if not near.any():
        return None
    here = found[near]
    low, high = here.min(axis=0), here.max(axis=0)
    bounds = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    return Candidate(
        f"EPSG:{epsg}", CRS.from_epsg(epsg).name, swapped, round(float(far[near].min()), 1),
        float(near.mean()), share_inside(found, place), bounds,
    )  # fmt: skip


def candidates(points: Points, place: Place | None) -> list[Candidate]:
    """Return the systems in which at least a part of a layer lies near the city, the best first.

    Which one is best is said by the share inside the parks, then by the usual
    order of systems; swapped axes only where nothing fits unswapped.
    """
    if place is None or not len(points):
        return []
    for swapped in (False, True):
        tried = [try_one(points, place, epsg, swapped) for epsg in systems(place)]
        found = [c for c in tried if c is not None and c.near >= MIXED_SHARE]
        if found:
            return sorted(found, key=lambda c: (-round(c.near, 1), -round(c.inside or 0, 2)))
    return []


def whole(found: list[Candidate]) -> list[Candidate]:
    """Return the candidates that explain a whole layer, but for a stray row."""
    return [candidate for candidate in found if candidate.near >= MOST_SHARE]


def mixed(found: list[Candidate]) -> list[Candidate]:
    """Return the candidates that explain a layer only together: its rows are in several systems."""
    if whole(found) or sum(candidate.near for candidate in found) < MOST_SHARE:
        return []
    return found
