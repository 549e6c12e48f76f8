"""Which coordinate system a layer is in: declared, stated by the file, or guessed and then to be confirmed."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from etl.errors import Refused

STORAGE = 4490
SEMI_MAJOR_M, SEMI_MINOR_M = 6_378_137.0, 6_356_752.31  # of CGCS2000, GRS 1980 and WGS 84
MARGIN_DEG = 3.0  # a 3-degree zone is often stretched over its neighbour, never two zones far
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """The extent of the city in degrees: west, south, east, north."""

    name: str
    box: Box


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
    return CRS.from_wkt(wkt).to_epsg(min_confidence=25)


def parse(text: str) -> CRS:
    """Read a coordinate system as people or files write it.

    Raises
    ------
    Refused
        It is none, or rests on another datum than CGCS2000 and its equals.
    """
    try:
        crs = CRS.from_user_input(text)
    except CRSError as error:
        raise Refused("CRS_UNREADABLE", value=text[:200]) from error
    return require_datum(crs)


def require_datum(crs: CRS) -> CRS:
    """Return the system if it agrees with CGCS2000 to a metre or two, judged by its ellipsoid.

    Xian 1980 and Beijing 1954 differ by tens of metres to a hundred, and the
    official parameters are not public: they are never taken for CGCS2000.
    """
    ellipsoid = crs.ellipsoid
    flat = ellipsoid is not None and (
        abs(ellipsoid.semi_major_metre - SEMI_MAJOR_M) < 0.5
        and abs(ellipsoid.semi_minor_metre - SEMI_MINOR_M) < 0.5
    )
    base = crs.geodetic_crs
    if not flat or base is None or not (crs.is_geographic or crs.is_projected):
        raise Refused("CRS_NOT_CGCS2000", value=crs.name, datum=base.name if base else crs.name)
    return crs


def _frame(epsg: int, place: Place) -> Box | None:
    """Return the box of the city in another system, a fifth wider on each side."""
    west, south, east, north = place.box
    try:
        change = Transformer.from_crs(STORAGE, epsg, always_xy=True)
        left, low, right, high = change.transform_bounds(west, south, east, north)
    except ProjError:
        return None
    wide, tall = (right - left) / 5, (high - low) / 5
    return left - wide, low - tall, right + wide, high + tall


def candidates(place: Place) -> list[int]:
    """List the systems a Chinese delivery from this place may be in, the likeliest first.

    The 3-degree zones that the city touches, with and without the zone
    number in the easting, the 6-degree zones with it, degrees, Web Mercator.
    6-degree zones without number and UTM cannot be told from the 3-degree ones by numbers.
    """
    west, _, east, _ = place.box
    three = sorted({round(longitude / 3) for longitude in np.arange(west, east + 0.01, 0.1)})
    six = sorted({int(longitude // 6) + 1 for longitude in (west, east)})
    zones = [4513 + zone - 25 for zone in three if 25 <= zone <= 45]
    plain = [4534 + zone - 25 for zone in three if 25 <= zone <= 45]
    wide = [4491 + zone - 13 for zone in six if 13 <= zone <= 23]
    return [STORAGE, *zones, *plain, *wide, 3857]


def guess(bounds: Box, place: Place) -> tuple[int, bool] | None:
    """Return the one system (and whether the axes are swapped) in which the layer lies in the city."""
    left, low, right, high = bounds
    for swapped in (False, True):
        box = (low, left, high, right) if swapped else bounds
        fits = []
        for epsg in candidates(place):
            frame = _frame(epsg, place)
            if (
                frame
                and box[0] >= frame[0]
                and box[1] >= frame[1]
                and box[2] <= frame[2]
                and box[3] <= frame[3]
            ):
                fits.append(epsg)
        if fits:
            return fits[0], swapped
    return None


def decide(
    stated: str | None, declared: str | None, bounds: Box | None, place: Place | None, canonical: bool
) -> Decision:
    """Decide on the system of one layer: declared, stated, the storage CRS of the canonical form, or none.

    Raises
    ------
    Refused
        ``CRS_GUESSED`` with what it would be and how to confirm it,
        ``CRS_UNKNOWN``, ``CRS_UNREADABLE`` or ``CRS_NOT_CGCS2000``.
    """
    if declared:
        return Decision(parse(declared), "DECLARED")
    if stated:
        return Decision(parse(stated), "PRJ")
    seen = [round(number, 3) for number in bounds] if bounds else []
    if canonical and bounds and -180 <= bounds[0] <= bounds[2] <= 180 and -90 <= bounds[1] <= bounds[3] <= 90:
        return Decision(CRS.from_epsg(STORAGE), "DECLARED")  # the canonical form is in the storage CRS
    found = guess(bounds, place) if bounds and place else None
    if found is None:
        raise Refused("CRS_UNKNOWN", bounds=seen, place=place.name if place else "")
    epsg, swapped = found
    raise Refused(
        "CRS_GUESSED", value=f"EPSG:{epsg}", guess=f"EPSG:{epsg}", name=CRS.from_epsg(epsg).name, swapped=swapped,
        bounds=seen, place=place.name if place else "",
    )  # fmt: skip


def transform(shapes: NDArray[np.object_], decision: Decision) -> NDArray[np.object_]:
    """Return shapes in the storage CRS, longitude before latitude, in one pass over all coordinates.

    A coordinate that cannot be transformed becomes infinite; the caller rejects its row.
    """
    if decision.swapped:
        shapes = shapely.transform(shapes, lambda xy: xy[:, ::-1])
    if _epsg(decision.crs.to_wkt()) == STORAGE:
        return shapes
    try:
        change = Transformer.from_crs(decision.crs, STORAGE, always_xy=True)
    except ProjError as error:  # a local or engineering system has no way to the ellipsoid
        raise Refused("CRS_UNREADABLE", value=decision.label) from error

    def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))

    return np.asarray(shapely.transform(shapes, moved), dtype=object)


def note(decision: Decision) -> dict[str, str] | None:
    """Say what the way from another datum to CGCS2000 leaves out, or ``None`` for CGCS2000 itself."""
    base = decision.crs.geodetic_crs
    if base is None or (_epsg(base.to_wkt()) == STORAGE):
        return None
    return {"crs": decision.label, "datum": base.name, "off": "1–2 m"}


def in_reach(decision: Decision) -> Box:
    """Return the box in degrees in which coordinates of this system make sense."""
    area = decision.crs.area_of_use
    if area is None or area.west >= area.east:
        return -180.0, -90.0, 180.0, 90.0
    return area.west - MARGIN_DEG, area.south - MARGIN_DEG, area.east + MARGIN_DEG, area.north + MARGIN_DEG
