"""Built-up area (已建成城镇建设用地) by park and year, and inside each parcel.

The patches of the newest observation of a year count. They may overlap each
other: where they do, land is counted once. Every year is cut to one boundary
version of the park, so a wider boundary never looks like construction.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.areas import measure, plane_of, require_storage_crs, square_metres
from gis.exact import half_up, plain
from gis.overlay import SHARED_M2, areas_inside, outlines, shared
from gis.periods import as_days
from gis.polygons import overlap_inside, valid_polygons
from gis.tables import frame_of, require_columns

PARK_COLUMNS = (
    "park_code", "year", "boundary_version", "observed_on", "builtup_m2", "change_m2", "growth_rate", "target_met",
)  # fmt: skip
PARCEL_COLUMNS = ("parcel_code", "year", "builtup_m2", "share")
_NONE_M2, _NOTHING, _ALL = Decimal("0.0000"), Decimal("0.000000"), Decimal("1.000000")


def by_park_and_year(
    patches: gpd.GeoDataFrame, parks: gpd.GeoDataFrame, as_of: dt.date, target_m2: Fraction = Fraction(0)
) -> pd.DataFrame:
    """Return the built-up area of each park and year up to a day, with its growth.

    Parameters
    ----------
    patches
        ``observed_on`` and geometry in EPSG:4490; may overlap one another.
    parks
        ``park_code``, ``boundary_version`` and, where known, ``valid_from``; geometry in EPSG:4490.
        The newest boundary valid on ``as_of`` is used for every year.
    as_of
        Observations after this day do not exist yet.
    target_m2
        The yearly increase that a park has to exceed (建成区面积逐年递增).

    Returns
    -------
    pandas.DataFrame
        ``PARK_COLUMNS``, one row a park and year with a patch in that park, by park and year; of a year
        the newest observation that shows the park counts. Areas are ``Decimal`` square metres with 4
        decimals. ``change_m2``, ``growth_rate`` and ``target_met`` are None where the year before has
        no observation: growth is never interpolated. The target is met by strictly more land than it asks
        for: an equal area is not met.

    Raises
    ------
    WrongCRS, MissingColumns
        Geometry is not in EPSG:4490, or a column is absent.
    """
    require_columns(parks, ("park_code", "boundary_version"), "park")
    chosen = current_boundaries(parks, as_of)
    seen = observations(patches, chosen, as_of)
    rows: list[dict[str, Any]] = []
    for code, version in zip(chosen["park_code"], chosen["boundary_version"], strict=True):
        rows += _growth(
            str(code),
            version,
            {year: found for (park, year), found in seen.items() if park == code},
            target_m2,
        )
    return frame_of(rows, PARK_COLUMNS)


def current_boundaries(parks: gpd.GeoDataFrame, as_of: dt.date) -> gpd.GeoDataFrame:
    """Return the newest boundary of each park that is valid on a day; of undated ones the largest version.

    A boundary that is valid only after the day does not exist yet.
    """
    require_storage_crs(parks.geometry)
    since = as_days(parks["valid_from"] if "valid_from" in parks else [pd.NaT] * len(parks))
    valid = ~(since > np.datetime64(as_of, "D"))
    order = parks[valid].assign(_since=since[valid].astype("datetime64[s]"))
    order = order.sort_values(["park_code", "_since", "boundary_version"], na_position="first")
    return order.drop_duplicates("park_code", keep="last").drop(columns="_since")


def observations(
    patches: gpd.GeoDataFrame, parks: gpd.GeoDataFrame, as_of: dt.date
) -> dict[tuple[str, int], tuple[dt.date, float]]:
    """Return, for each park and year, the newest day whose patches show the park, and the area in m2."""
    zones = valid_polygons(parks.geometry)
    codes = [str(code) for code in parks["park_code"]]
    found: dict[tuple[str, int], tuple[dt.date, float]] = {}
    for day, shapes in _by_day(patches, as_of):  # a later day of the year replaces an earlier one
        for code, area in zip(codes, union_areas(shapes, zones).tolist(), strict=True):
            if area > 0:
                found[code, day.year] = (day, area)
    return found


def by_parcel_and_year(
    patches: gpd.GeoDataFrame,
    parcels: gpd.GeoDataFrame,
    as_of: dt.date,
    parks: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return the built-up area inside each parcel for each year up to a day, and its share of the shape.

    Parameters
    ----------
    parcels
        ``parcel_code`` and geometry in EPSG:4490; ``park_code`` where ``parks`` is given.
    parks
        As for :func:`by_park_and_year`. A year's newest observation is then that of the parcel's own
        park, since parks are surveyed on days of their own; without it the newest of the whole table.

    Returns
    -------
    pandas.DataFrame
        ``PARCEL_COLUMNS``, one row a parcel and year of observation, by year in the order of ``parcels``.
        ``builtup_m2`` is ``Decimal`` square metres with 4 decimals, ``share`` a ``Decimal`` of the drawn
        area with 6 decimals, None for a shape without area. The area of a parcel without built land is 0.

    Raises
    ------
    WrongCRS, MissingColumns
        Geometry is not in EPSG:4490, or a column is absent.
    """
    require_columns(parcels, ("parcel_code",), "parcel")
    require_storage_crs(parcels.geometry)
    days = list(_by_day(patches, as_of))
    several = np.unique([day.year for day, _ in days], return_counts=True)
    twice = set(several[0][several[1] > 1].tolist())  # years of which parks may be shown by other days
    own_days: dict[tuple[str, int], tuple[dt.date, float]] = {}
    of_park = [""] * len(parcels)
    if parks is not None:
        require_columns(parcels, ("park_code",), "parcel")
        of_park = [str(code) for code in parcels["park_code"]]
        shown = patches[
            np.isin(as_days(patches["observed_on"]).astype("datetime64[Y]").astype(int) + 1970, list(twice))
        ]
        own_days = observations(shown, current_boundaries(parks, as_of), as_of)
    whole, found = areas_inside([shapes for _, shapes in days], parcels.geometry.array)
    made: dict[int, Any] = {}
    for (day, _), areas in zip(days, found, strict=True):
        if day.year in twice:
            own = [own_days.get((code, day.year), (day, 0.0))[0] == day for code in of_park]
            areas = np.where(np.array(own, dtype=bool), areas, made.get(day.year, 0.0))
        made[day.year] = areas
    return _parcel_rows(parcels["parcel_code"].tolist(), whole, made)


def _parcel_rows(codes: list[Any], whole: Any, areas: dict[int, Any]) -> pd.DataFrame:
    parts: dict[str, list[Any]] = {name: [] for name in PARCEL_COLUMNS}
    for year, found in sorted(areas.items()):
        parts["parcel_code"] += codes
        parts["year"] += [year] * len(codes)
        for area, full in zip(found.tolist(), whole.tolist(), strict=True):
            # Most parcels are built on wholly or not at all; they share one number, which saves memory.
            parts["builtup_m2"].append(square_metres(area) if area > 0 else _NONE_M2)
            parts["share"].append(_share(area, full))
    frame = {name: pd.Series(parts[name], dtype=object) for name in PARCEL_COLUMNS}
    return pd.DataFrame(frame, columns=list(PARCEL_COLUMNS))


def _share(area: float, full: float) -> Decimal | None:
    if full <= 0:
        return None
    if area in (0.0, full):
        return _ALL if area else _NOTHING
    return Decimal(f"{area / full:.6f}")


def _by_day(patches: gpd.GeoDataFrame, as_of: dt.date) -> Iterator[tuple[dt.date, Any]]:
    """Yield each observation day up to a day, in order, with the valid shapes seen on it."""
    require_columns(patches, ("observed_on",), "builtup")
    require_storage_crs(patches.geometry)
    seen = as_days(patches["observed_on"])
    shapes = np.asarray(patches.geometry.array, dtype=object)
    for day in np.unique(seen[seen <= np.datetime64(as_of, "D")]):
        yield day.item(), valid_polygons(shapes[seen == day])


def union_areas(shapes: Any, zones: Any) -> Any:
    """Return the area of the union of some shapes inside each zone, in square metres.

    The pieces inside a zone are added up; only shapes that overlap another one
    of the same zone are joined first. Only pairs that cross each other are cut: a zone inside a
    shape is its own piece, and so is a shape inside a zone.
    """
    tree = shapely.STRtree(shapes)
    zone, patch = tree.query(zones)
    shapely.prepare(zones)
    shapely.prepare(shapes)
    met = shapely.intersects(shapes[patch], zones[zone])  # the large side is the prepared one
    zone, patch = zone[met], patch[met]
    inside = shapely.covers(shapes[patch], zones[zone])
    pieces = np.where(inside, zones[zone], shapes[patch])
    across = ~inside & ~shapely.contains_properly(zones[zone], shapes[patch])
    pieces[across] = shapely.intersection(zones[zone[across]], pieces[across])
    joined = overlap_inside(zone, patch, *_overlapping(tree, shapes))
    areas = measure(pieces)
    sums = np.bincount(zone, weights=np.where(joined, 0.0, areas), minlength=len(zones)).astype(float)
    zone, pieces = zone[joined], pieces[joined]  # the query's answer is sorted by zone
    ends = np.searchsorted(zone, np.arange(len(zones) + 1))
    for number in np.unique(zone).tolist():
        together = shapely.union_all(pieces[ends[number] : ends[number + 1]])
        sums[number] += measure(np.array([together], dtype=object))[0]
    return sums


def _overlapping(tree: Any, shapes: Any) -> tuple[Any, Any]:
    """Return the pairs of shapes that share land, not only a border."""
    left, right = tree.query(shapes)
    once = left < right
    left, right = left[once], right[once]
    if not len(left):
        return left, right
    lines, _ = outlines(shapes, plane_of(shapes))
    doubled = shared(lines, lines, left, right) > SHARED_M2
    return left[doubled], right[doubled]


def _growth(
    code: str, version: Any, seen: dict[int, tuple[dt.date, float]], target_m2: Fraction
) -> list[dict[str, Any]]:
    rows = []
    before: dict[int, Decimal] = {}
    for year in sorted(seen):
        observed_on, measured = seen[year]
        area = square_metres(measured)
        earlier = before.get(year - 1)
        change = None if earlier is None else area - earlier
        rows.append({
            "park_code": code, "year": year, "boundary_version": version, "observed_on": observed_on,
            "builtup_m2": area, "change_m2": change, "growth_rate": growth_rate(earlier, area),
            "target_met": None if change is None else Fraction(change) > target_m2,
        })  # fmt: skip
        before[year] = area
    return rows


def growth_rate(earlier: Decimal | None, later: Decimal) -> Decimal | None:
    """Return (later - earlier) / earlier, half-up to 6 decimals; None without an earlier area above 0."""
    if earlier is None or earlier <= 0:
        return None
    return Decimal(plain(half_up((Fraction(later) - Fraction(earlier)) / Fraction(earlier), 6)) or "0")
