"""What each version of a park's boundary (园区范围版本) counts: land, parcels, suspected idle land, built-up area.

The approved, the managed and the planned boundary of a park differ, and so does every count made on them. All
versions that are valid on a day are counted alike, beside the one that the program uses.
"""

import datetime as dt
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.areas import measure, square_metres
from gis.builtup import current_boundaries, observations
from gis.confidence import SUSPECTED
from gis.overlay import areas_inside
from gis.periods import as_days
from gis.polygons import valid_polygons
from gis.rules import BuiltupRule
from gis.tables import frame_of

COLUMNS = (
    "park_code", "boundary_version", "valid_from", "current", "area_m2", "builtup_m2", "observed_on", "parcels",
    "parcels_m2", "suspected", "suspected_m2", "undetermined", "entered", "left_out",
)  # fmt: skip


def boundary_counts(
    parks: gpd.GeoDataFrame,
    parcels: gpd.GeoDataFrame,
    patches: gpd.GeoDataFrame,
    verdicts: pd.DataFrame,
    rule: BuiltupRule,
    as_of: dt.date,
) -> pd.DataFrame:
    """Return what each boundary counts, for the parks that have more than one.

    Parameters
    ----------
    parks
        ``park_code``, ``boundary_version``, ``valid_from``; every version. One that is valid only after the day
        does not exist yet.
    parcels, patches
        ``parcel_code``; ``observed_on``. Geometry in EPSG:4490.
    verdicts
        ``parcel_code`` and ``verdict`` of the day, as :func:`gis.idle.judge` gives them.
    rule
        ``inside_share``: a parcel is counted in a boundary that at least this share of its shape lies in.

    Returns
    -------
    pandas.DataFrame
        ``COLUMNS``, a row a park and version. Areas are ``Decimal`` square metres with 4 decimals;
        ``parcels_m2`` and ``suspected_m2`` are of the land of the counted parcels inside the boundary.
        ``entered`` and ``left_out`` are the parcels that this version counts and the current one does not, and
        the other way round. ``builtup_m2`` is None where no survey shows the land.
    """
    since = as_days(parks["valid_from"])
    valid = parks[~(since > np.datetime64(as_of, "D"))]
    several = valid[valid["park_code"].duplicated(keep=False)]
    current = current_boundaries(several, as_of)
    used = set(zip(current["park_code"], current["boundary_version"], strict=True))
    land = _Land(parcels, verdicts)
    rows: list[dict[str, Any]] = []
    for code, versions in several.groupby("park_code", sort=True):
        rows += _of_park(
            str(code), versions.sort_values("boundary_version"), land, patches, rule, as_of, used
        )
    return frame_of(rows, COLUMNS)


class _Land:
    """The parcels with their verdicts."""

    def __init__(self, parcels: gpd.GeoDataFrame, verdicts: pd.DataFrame) -> None:
        self.shapes = np.asarray(parcels.geometry.array, dtype=object)
        self.tree = shapely.STRtree(self.shapes)
        said = pd.Series(verdicts["verdict"].to_numpy(), index=verdicts["parcel_code"].to_numpy(dtype=object))
        found = said.reindex(parcels["parcel_code"].to_numpy(dtype=object))
        self.suspected = found.isin(SUSPECTED).to_numpy()
        self.undetermined = (found == "UNDETERMINED").to_numpy()


def _of_park(
    code: str, versions: gpd.GeoDataFrame, land: _Land, patches: gpd.GeoDataFrame, rule: BuiltupRule, as_of: dt.date,
    used: set[tuple[Any, Any]],
) -> list[dict[str, Any]]:  # fmt: skip
    zones = valid_polygons(versions.geometry)
    near = np.unique(land.tree.query(zones, predicate="intersects")[1])
    whole, parts = areas_inside([np.array([zone], dtype=object) for zone in zones], land.shapes[near])
    share = rule.inside_share
    inside = [(part * share.denominator >= whole * share.numerator) & (part > 0) for part in parts]
    names = versions["boundary_version"].tolist()
    now = next(number for number, name in enumerate(names) if (versions["park_code"].iloc[0], name) in used)
    seen = observations(
        patches, versions.assign(park_code=[str(number) for number in range(len(names))]), as_of
    )
    rows = []
    for number, name in enumerate(names):
        mine, part = inside[number], parts[number]
        suspected = mine & land.suspected[near]
        day, area = max(
            (found for (key, _), found in seen.items() if key == str(number)), default=(None, None)
        )
        from_on = versions["valid_from"].iloc[number]
        rows.append({
            "park_code": code, "boundary_version": name, "valid_from": None if pd.isna(from_on) else pd.Timestamp(from_on).date(),
            "current": number == now, "area_m2": square_metres(float(measure(zones[number : number + 1])[0])),
            "builtup_m2": None if area is None else square_metres(area), "observed_on": day,
            "parcels": int(mine.sum()), "parcels_m2": square_metres(float(part[mine].sum())),
            "suspected": int(suspected.sum()), "suspected_m2": square_metres(float(part[suspected].sum())),
            "undetermined": int((mine & land.undetermined[near]).sum()),
            "entered": int((mine & ~inside[now]).sum()), "left_out": int((inside[now] & ~mine).sum()),
        })  # fmt: skip
    return rows
