"""Polygons that can be measured and cut."""

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
