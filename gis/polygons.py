"""Polygons that can be measured and cut, and which of them overlap inside one zone."""

from typing import Any

import numpy as np
import shapely


def valid_polygons(shapes: Any) -> Any:
    """Return an array of shapes made valid, polygons only; an empty one for a missing one."""
    found = np.array(shapes, dtype=object)
    found[shapely.is_missing(found)] = shapely.Polygon()
    high = shapely.has_z(found)
    if high.any():
        found[high] = shapely.force_2d(found[high])
    broken = ~shapely.is_valid(found)
    if broken.any():
        found[broken] = shapely.make_valid(found[broken], method="structure", keep_collapsed=False)
    return found


def overlap_inside(zone: Any, shape: Any, left: Any, right: Any) -> Any:
    """Return which pairs of a zone and a shape are of shapes that overlap another shape of the same zone.

    Parameters
    ----------
    zone, shape
        Numbers of zones and of shapes that meet, pair by pair; no pair twice.
    left, right
        Numbers of shapes that overlap each other.
    """
    found = np.zeros(len(zone), dtype=bool)
    if not len(left) or not len(zone):
        return found
    count = int(max(shape.max(), left.max(), right.max())) + 1
    keys = zone.astype(np.int64) * count + shape
    order = np.argsort(keys)
    sorted_keys = keys[order]
    by_shape = np.argsort(shape, kind="stable")
    starts = np.searchsorted(shape[by_shape], np.arange(count + 1))
    for one, other in ((left, right), (right, left)):
        sizes = starts[one + 1] - starts[one]
        first = np.repeat(starts[one] - (np.cumsum(sizes) - sizes), sizes)
        pairs = by_shape[first + np.arange(int(sizes.sum()))]  # every zone of each shape on this side
        wanted = zone[pairs].astype(np.int64) * count + np.repeat(other, sizes)
        place = np.minimum(np.searchsorted(sorted_keys, wanted), len(keys) - 1)
        found[pairs[sorted_keys[place] == wanted]] = True
    return found
