"""From delivered shapes to MultiPolygons in the storage CRS; every change and every loss is reported."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from etl.errors import Refused
from etl.issues import Findings
from etl.readers.crs import Decision, in_reach, note, transform
from gis.areas import area_m2

POLYGON, MULTIPOLYGON, COLLECTION = 3, 6, 7
Shapes = NDArray[np.object_]
Mask = NDArray[np.bool_]
_KINDS = {
    0: "Point", 1: "LineString", 2: "LinearRing", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString",
    6: "MultiPolygon", 7: "GeometryCollection",
}  # fmt: skip


def areas(shapes: Shapes) -> NDArray[np.float64]:
    """Return areas in square metres on the ellipsoid of shapes in the storage CRS."""
    return np.asarray(area_m2(gpd.GeoSeries(shapes, crs=4490)), dtype=float)


def from_wkb(wkb: Shapes) -> Shapes:
    """Return shapes; one that cannot be built (an open ring, a multipatch) is ``None``."""
    empty = np.array([value is None for value in wkb], dtype=bool)
    shapes = np.full(len(wkb), None, dtype=object)
    if (~empty).any():
        with np.errstate(invalid="ignore"):  # a coordinate that is no number is reported with its row
            shapes[~empty] = shapely.from_wkb(wkb[~empty], on_invalid="ignore")
    return shapes


def from_wkt(texts: Shapes) -> Shapes:
    """Return shapes of WKT texts; one that cannot be read is ``None``. ``SRID=…;`` in front is dropped."""
    plain = np.array([None if t is None else str(t).rpartition(";")[2] for t in texts], dtype=object)
    result: Any = shapely.from_wkt(plain, on_invalid="ignore")
    return np.asarray(result, dtype=object)


def only(shapes: Shapes, stays: Mask) -> Shapes:
    """Return the shapes of the rows that stay, ``None`` for the others."""
    kept = shapes.copy()
    kept[~stays] = None
    return kept


def bounds_of(shapes: Shapes) -> tuple[float, float, float, float] | None:
    """Return the extent of the finite coordinates, or ``None`` where there are none."""
    box = shapely.bounds(shapes)
    finite = np.isfinite(box).all(axis=1)
    if not finite.any():
        return None
    low, high = box[finite, :2].min(axis=0), box[finite, 2:].max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def only_polygons(
    shapes: Shapes, delivered: Mask, told: Mask, rows: NDArray[np.int64], findings: Findings
) -> tuple[Shapes, Mask]:
    """Return two-dimensional shapes and which rows stay; the rest is rejected with its reason.

    ``delivered`` says which rows had any geometry at all, ``told`` for which the
    reason is to be said: those that a reader rejected, or whose open ring stays open, have theirs already.
    """
    kinds = shapely.get_type_id(shapes)
    with np.errstate(invalid="ignore"):  # a box passes over a coordinate that is no number, a length does not
        finite = np.isfinite(shapely.bounds(shapes)).all(axis=1) & np.isfinite(shapely.length(shapes))
    polygon = np.isin(kinds, (POLYGON, MULTIPOLYGON))
    empty = shapely.is_empty(shapes)
    faults = {
        "GEOMETRY_MISSING": ~delivered | ((kinds >= 0) & empty),
        "GEOMETRY_UNREADABLE": delivered & (kinds < 0),
        "GEOMETRY_NOT_POLYGON": (kinds >= 0) & ~empty & ~polygon,
        "GEOMETRY_NOT_FINITE": polygon & ~empty & ~finite,
    }
    stays = told.copy()
    for code, mask in faults.items():
        stays &= ~mask
        places = np.flatnonzero(mask & told)
        findings.add_rows(code, rows[places], "geom", [_KINDS.get(int(kinds[place])) for place in places])
    deep = stays & shapely.has_z(shapes)
    measured = stays & shapely.has_m(shapes)
    if deep.any() or measured.any():
        findings.add("Z_DROPPED", field="geom", rows=int((deep | measured).sum()))
        shapes = shapely.force_2d(shapes)
    return shapes, stays


def to_storage(
    shapes: Shapes, stays: Mask, rows: NDArray[np.int64], decision: Decision, findings: Findings
) -> tuple[Shapes, Mask, NDArray[np.float64]]:
    """Return shapes in the storage CRS, which rows stay, and the boxes of those that lie out of reach."""
    moved = transform(only(shapes, stays), decision)
    west, south, east, north = in_reach(decision)
    box = shapely.bounds(moved)
    with np.errstate(invalid="ignore"):
        inside = (box[:, 0] >= west) & (box[:, 1] >= south) & (box[:, 2] <= east) & (box[:, 3] <= north)
    far = stays & ~inside
    findings.add_rows("COORDINATES_FAR", rows[far], "geom", [_seen(one) for one in box[far]])
    return moved, stays & ~far, box[far]


def say_datum(decision: Decision, findings: Findings) -> None:
    """Report what the way from another datum leaves out."""
    if said := note(decision):
        params: dict[str, Any] = {**said}
        findings.add("CRS_TRANSFORMED", value=said["crs"], **params)


def out_of_reach(decision: Decision, far: NDArray[np.float64]) -> Refused:
    """Return the refusal of a file whose rows lie where its system cannot be meant; ``far`` are their boxes."""
    return Refused("COORDINATES_OUT_OF_RANGE", value=decision.label, crs=decision.label, rows=len(far),
                   seen=_seen(far[0]), reach=[*in_reach(decision)])  # fmt: skip


def _seen(box: NDArray[np.float64]) -> list[float]:
    return [round(float(number), 3) for number in box]
