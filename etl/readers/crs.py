"""Coordinate systems of deliveries: how they are written, which are refused, the way to the storage CRS."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from etl.errors import Refused
from etl.readers import webmap

STORAGE = 4490
SEMI_MAJOR_M, SEMI_MINOR_M = 6_378_137.0, 6_356_752.31  # of CGCS2000, GRS 1980 and WGS 84
MOST_SHIFT = 2.0  # metres, and seconds of arc or millionths, that a stated shift to WGS 84 may have
OTHER_DATUM = re.compile(r"(xi'?an|西安)[\s_-]*(19)?80|(beijing|北京)[\s_-]*(19)?54|pulkovo|krasovs", re.I)
_TOWGS84 = re.compile(r"TOWGS84\[([^\]]+)\]")
ZONE_DEG = 3.0  # half of the widest zone, that of six degrees
MARGIN_DEG = 3.0  # a 3-degree zone is often stretched over its neighbour, never two zones far
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """The extent of the city in degrees (west, south, east, north) and, once published, the area of its parks."""

    name: str
    box: Box
    parks: Any = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The system of a layer, where that comes from (PRJ, DECLARED, GUESSED), and its name in records."""

    crs: CRS
    source: str
    swapped: bool = False

    @property
    def label(self) -> str:
        """``EPSG:N`` where the registry knows the system, else its name."""
        return label(self.crs)


def label(crs: CRS) -> str:
    """Return ``EPSG:N`` where the registry knows the system, else its name."""
    code = _epsg(crs.to_wkt())
    return f"EPSG:{code}" if code else crs.name


@lru_cache(maxsize=64)
def _epsg(wkt: str) -> int | None:
    """Return the registry's number of a system. Names differ, so a doubtful match must give the same plane."""
    crs = CRS.from_wkt(wkt)
    code = crs.to_epsg(min_confidence=25)
    if code is None or not crs.is_projected or _same_plane(crs, CRS.from_epsg(code)):
        return code
    return None


def _same_plane(one: CRS, other: CRS) -> bool:
    """Say whether two projections put the middle of the second one's area on the same spot, to a centimetre."""
    area = other.area_of_use
    if area is None or one.geodetic_crs is None or other.geodetic_crs is None:
        return False
    middle = (area.west + area.east) / 2, (area.south + area.north) / 2
    spots = [Transformer.from_crs(c.geodetic_crs, c, always_xy=True).transform(*middle) for c in (one, other)]
    return all(abs(a - b) < 0.01 for a, b in zip(*spots, strict=True))


def parse(text: str) -> CRS:
    """Read a coordinate system as people or files write it.

    Raises
    ------
    Refused
        ``CRS_UNREADABLE``, ``CRS_NOT_CGCS2000`` (another datum) or
        ``CRS_WEB_MAP`` (the shifted coordinates of web maps).
    """
    if shifted := webmap.named(text):
        raise Refused("CRS_WEB_MAP", value=shifted, system=shifted)
    try:
        crs = CRS.from_user_input(text.lstrip("\ufeff"))
    except CRSError as error:
        raise Refused("CRS_UNREADABLE", value=text[:200]) from error
    return require_datum(crs)


def require_datum(crs: CRS) -> CRS:
    """Return the system if it agrees with CGCS2000 to a metre or two, judged by its ellipsoid, datum and shift.

    Xian 1980 and Beijing 1954 differ by tens of metres to a hundred, and the
    official parameters are not public: they are never taken for CGCS2000. Some
    files name such a datum and still give the ellipsoid of CGCS2000, or give
    the shift to WGS 84 beside it: the name and the shift count too.
    """
    base = crs.geodetic_crs
    ellipsoid = crs.ellipsoid
    flat = ellipsoid is not None and (
        abs(ellipsoid.semi_major_metre - SEMI_MAJOR_M) < 0.5
        and abs(ellipsoid.semi_minor_metre - SEMI_MINOR_M) < 0.5
    )
    named = [crs.name, *((base.name, base.datum.name if base.datum else "") if base else ())]
    other = next((name for name in named if OTHER_DATUM.search(name)), None)
    if other or not flat or base is None or not (crs.is_geographic or crs.is_projected) or _shifted(crs):
        datum = other or (base.name if base else crs.name)
        raise Refused("CRS_NOT_CGCS2000", value=crs.name, datum=datum)
    return crs


def _shifted(crs: CRS) -> bool:
    """Say whether a system states a shift to WGS 84 of more than CGCS2000 and its equals have."""
    try:
        shift = crs.to_wkt("WKT1_GDAL")
    except CRSError:
        return False
    found = _TOWGS84.search(shift)
    return found is not None and any(abs(float(part)) > MOST_SHIFT for part in found[1].split(","))


def transform(shapes: NDArray[np.object_], decision: Decision) -> NDArray[np.object_]:
    """Return shapes in the storage CRS, longitude before latitude, in one pass over all coordinates.

    A coordinate that cannot be transformed becomes infinite; the caller rejects its row.
    """
    if not decision.swapped and _epsg(decision.crs.to_wkt()) == STORAGE:
        return shapes
    return np.asarray(shapely.transform(shapes, lambda xy: moved(xy, decision)), dtype=object)


def moved(points: NDArray[np.float64], decision: Decision) -> NDArray[np.float64]:
    """Return coordinates of a file in the storage CRS; those that are in it already stay as they are, to the bit."""
    if _epsg(decision.crs.to_wkt()) != STORAGE:
        return transform_points(points, decision)
    return points[:, ::-1] if decision.swapped else points


def transform_points(points: NDArray[np.float64], decision: Decision) -> NDArray[np.float64]:
    """Return points in the storage CRS, not finite where they cannot be transformed."""
    given = points[:, ::-1] if decision.swapped else points
    try:
        change = _change(decision.crs)
    except ProjError as error:  # a local or engineering system has no way to the ellipsoid
        raise Refused("CRS_UNREADABLE", value=decision.label) from error
    return np.column_stack(change.transform(given[:, 0], given[:, 1]))


@lru_cache(maxsize=64)
def _change(crs: CRS) -> Transformer:
    """Return the way to the storage CRS; threads may share it (pyproj 3.1)."""
    return Transformer.from_crs(crs, STORAGE, always_xy=True)


def note(decision: Decision) -> dict[str, str] | None:
    """Say what the way from another datum to CGCS2000 leaves out, or ``None`` for CGCS2000 itself."""
    base = decision.crs.geodetic_crs
    if base is None or (_epsg(base.to_wkt()) == STORAGE):
        return None
    return {"crs": decision.label, "datum": base.name, "off": "1–2 m"}


def in_reach(decision: Decision) -> Box:
    """Return the box in degrees in which coordinates of this system make sense.

    A ``.prj`` says no area of use: that of the same system in the registry
    holds, else the zone around its central meridian, else the whole Earth.
    """
    area = decision.crs.area_of_use
    if area is None and (code := _epsg(decision.crs.to_wkt())):
        area = CRS.from_epsg(code).area_of_use
    if area is None or area.west >= area.east:
        middle = _central_meridian(decision.crs)
        if middle is None:
            return -180.0, -90.0, 180.0, 90.0
        return middle - ZONE_DEG - MARGIN_DEG, -90.0, middle + ZONE_DEG + MARGIN_DEG, 90.0
    return area.west - MARGIN_DEG, area.south - MARGIN_DEG, area.east + MARGIN_DEG, area.north + MARGIN_DEG


def _central_meridian(crs: CRS) -> float | None:
    """Return the central meridian of a Transverse Mercator zone, in degrees; ``None`` for other systems."""
    operation = crs.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator":
        return None
    named = {"Longitude of natural origin", "Longitude of origin"}
    return next((float(p.value) for p in operation.params if p.name in named), None)
