"""Areas on the CGCS2000 ellipsoid (椭球面积), and the planes on which every area is measured.

Each shape is measured in an equal-area conic projection whose cone touches
the ellipsoid at the tenth of a degree of latitude nearest to the shape.
Equal-area makes the area true; the near cone makes a straight edge a geodesic
to within a millimetre over 5 km, at every longitude, so a city that lies in
two 3-degree zones has one system. The shape's own latitude decides, never the other shapes of
the table: a row's area does not depend on its neighbours.
"""

from decimal import Decimal
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from gis.errors import WrongCRS

STORAGE_CRS = "EPSG:4490"
LEAST_M2 = 0.00005  # less is nothing in the four decimals of an area: a rounding of coordinates
_POLYGON, _MULTIPOLYGON = 3, 6
_CGCS2000 = "+a=6378137 +rf=298.257222101"


@lru_cache(maxsize=256)
def _projection(tenth: int) -> pyproj.Transformer:
    touching = (tenth or 1) / 10  # a cone cannot touch at the equator; a tenth of a degree beside it can
    conic = f"+proj=aea +lat_1={touching} +lat_2={touching} +lat_0={touching} +lon_0=0 {_CGCS2000} +units=m"
    degrees = f"+proj=longlat {_CGCS2000}"
    return pyproj.Transformer.from_crs(degrees, conic, always_xy=True)


def require_storage_crs(table: Any) -> None:
    """Refuse geometry that is not in CGCS2000 degrees.

    Raises
    ------
    WrongCRS
        The table's CRS is none or another than EPSG:4490.
    """
    if table.crs is None or pyproj.CRS(table.crs) != pyproj.CRS(STORAGE_CRS):
        raise WrongCRS(table.crs)


def square_metres(area: float) -> Decimal:
    """Return a measured area as it is stored: square metres with four decimals."""
    return Decimal(f"{area:.4f}")


def plane_of(shapes: Any) -> int:
    """Return the plane (a tenth of a degree of latitude) that shapes of one place are measured on together."""
    bounds = shapely.bounds(np.asarray(shapes, dtype=object))
    return int(np.round((np.nanmin(bounds[:, 1]) + np.nanmax(bounds[:, 3])) * 5))


def to_plane(shapes: Any, tenth: int) -> Any:
    """Return shapes in degrees on the equal-area plane of a latitude (in tenths of a degree), in metres."""
    turn = _projection(tenth).transform

    def moved(points: Any) -> Any:
        return np.column_stack(turn(points[:, 0], points[:, 1]))

    flat = shapely.force_2d(np.asarray(shapes, dtype=object))
    return shapely.transform(flat, moved)


def measure(shapes: Any) -> Any:
    """Return the areas of an array of shapes in CGCS2000 degrees, in square metres; NaN for a missing one."""
    bounds = shapely.bounds(shapes)
    found = np.where(shapely.is_missing(shapes), np.nan, 0.0)
    bands = np.round((bounds[:, 1] + bounds[:, 3]) * 5) if len(shapes) else np.empty(0)
    for band in np.unique(bands[~np.isnan(bands)]):
        here = bands == band
        some = np.asarray(shapes, dtype=object)[here]
        plain = np.isin(shapely.get_type_id(some), (_POLYGON, _MULTIPOLYGON)).all()
        found[here] = _area_of_rings(some, int(band)) if plain else shapely.area(to_plane(some, int(band)))
    return found


def measure_rings(points: Any, starts: Any) -> Any:
    """Return the areas of single closed rings in CGCS2000 degrees, in square metres: those that :func:`measure` gives.

    Parameters
    ----------
    points
        The corners of all rings, shape ``(n, 2)``.
    starts
        Where each ring begins among them, and where the last one ends.
    """
    counts = np.diff(starts)
    found = np.empty(len(counts))
    if not len(counts):
        return found
    south = np.minimum.reduceat(points[:, 1], starts[:-1])
    north = np.maximum.reduceat(points[:, 1], starts[:-1])
    bands = np.round((south + north) * 5)
    for band in np.unique(bands):
        here = bands == band
        inside = points if here.all() else points[np.repeat(here, counts)]
        found[here] = _of_rings(inside, np.append(0, np.cumsum(counts[here])), int(band))
    return found


def _area_of_rings(shapes: Any, tenth: int) -> Any:
    """Return the areas of polygons from their coordinates; no shape is built on the plane for it."""
    holes = shapely.get_num_interior_rings(shapely.get_geometry(shapes, 0)) > 0
    simple = (shapely.get_num_geometries(shapes) == 1) & ~holes & ~shapely.is_empty(shapes)
    found = np.empty(len(shapes))
    # Most shapes are one ring, and taking rings out of the others takes longer than measuring them.
    if simple.any():
        ends = np.cumsum(shapely.get_num_coordinates(shapes[simple]))
        found[simple] = _of_rings(shapely.get_coordinates(shapes[simple]), np.append(0, ends), tenth)
    if not simple.all():
        _, points, (rings, *groups) = shapely.to_ragged_array(shapes[~simple], include_z=False)
        area = _of_rings(points, rings, tenth)
        inner = np.ones(len(area), dtype=bool)
        inner[groups[0][:-1][np.diff(groups[0]) > 0]] = (
            False  # the first ring of each polygon is its outer one
        )
        area = np.where(inner, -area, area)
        for group in groups:
            area = _sums(area, group)
        found[~simple] = area
    return found


def _of_rings(points: Any, rings: Any, tenth: int) -> Any:
    """Return the area of each ring; ``rings`` says where each begins among the points, and where the last ends."""
    return np.abs(ring_areas(*plane_corners(points, tenth), rings))


def plane_corners(points: Any, tenth: int) -> tuple[Any, Any]:
    """Return corners in degrees, shape ``(n, 2)``, as x and y in metres on the plane of :func:`to_plane`."""
    x, y = _projection(tenth).transform(points[:, 0], points[:, 1])
    return x, y


def ring_areas(x: Any, y: Any, rings: Any) -> Any:
    """Return the area of each ring on a plane, below 0 for one that runs with the clock; ``rings`` as for ``measure_rings``."""
    first = np.repeat(rings[:-1], np.diff(rings))
    x, y = x - x[first], y - y[first]  # near zero, so that nothing is lost in the differences
    cross = np.zeros(len(x))
    cross[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
    cross[rings[1:] - 1] = 0  # from the end of a ring to the start of the next
    return _sums(cross, rings) / 2


def _sums(values: Any, offsets: Any) -> Any:
    """Return the sum of each run of values; an empty run is 0."""
    some = np.diff(offsets) > 0
    found = np.zeros(len(some))
    if some.any():
        found[some] = np.add.reduceat(values, offsets[:-1][some])
    return found


def area_m2(geometry: gpd.GeoSeries) -> pd.Series:
    """Return each shape's area on the CGCS2000 ellipsoid, in square metres.

    Parameters
    ----------
    geometry
        Polygons in EPSG:4490; any index.

    Returns
    -------
    pandas.Series
        ``float64``, index of ``geometry``; NaN for a missing shape, 0 for an empty one. Within
        1 ppm of the geodesic area for shapes up to the size of a park.

    Raises
    ------
    WrongCRS
        The geometry is not in EPSG:4490.
    """
    require_storage_crs(geometry)
    shapes = np.asarray(geometry.array, dtype=object)
    return pd.Series(measure(shapes), index=geometry.index, dtype="float64")
