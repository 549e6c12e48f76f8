"""What a run is judged from, read in one snapshot."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection

from data.session import engine
from data.sites import ParkNotFound
from data.sql import load
from etl.facts import DataState, data_state, from_wkb, read_layer, read_polygons, read_tables
from gis.areas import STORAGE_CRS
from gis.facts import Tables
from gis.periods import as_days
from gis.polygons import valid_polygons

POLYGONS: dict[str, Sequence[str]] = {
    "park": ("park_code", "park_name", "division_code", "boundary_version", "valid_from"),
    "builtup": ("observed_on", "source"),
    "parcel": ("parcel_code", "park_code"),
    "land_state": ("observed_on", "construction_state", "supply_state", "zone_part", "high_tech"),
    "building": ("floor_area_m2", "footprint_m2", "completed_on"),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything published at a time that a rule reads; nothing is filtered by day.

    ``first_patches`` are the built-up patches as first published, where some
    were changed since; None where none was.
    """

    tables: Tables
    parks: gpd.GeoDataFrame
    patches: gpd.GeoDataFrame
    parcels: gpd.GeoDataFrame
    states: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    statistics: pd.DataFrame
    first_patches: gpd.GeoDataFrame | None = field(default=None)


def read_facts(known_on: dt.datetime | None, park_code: str | None) -> tuple[DataState, Facts]:
    """Read all facts in one snapshot, so that a publication in between changes nothing.

    Raises
    ------
    ParkNotFound
        No park has this code.
    """
    with engine().connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        state = data_state(connection, known_on)
        shapes = {layer: read_polygons(connection, layer, state, names) for layer, names in POLYGONS.items()}
        parks = shapes["park"]
        if park_code is not None and park_code not in set(parks["park_code"]):
            raise ParkNotFound(park_code, sorted(set(parks["park_code"])))
        facts = Facts(
            tables=read_tables(connection, state), parks=parks, patches=shapes["builtup"], parcels=shapes["parcel"],
            states=shapes["land_state"], buildings=shapes["building"],
            statistics=read_layer(connection, "park_statistics", state),
            first_patches=_first_patches(connection, state, shapes["builtup"], parks),
        )  # fmt: skip
        connection.rollback()
    return state, facts if park_code is None else of_park(facts, park_code)


def of_park(facts: Facts, park_code: str) -> Facts:
    """Return the facts with the boundaries of one park, its parcels and all others that meet one of its boundaries.

    The tables stay whole, since a contract may lie in two parks.
    """
    parks = facts.parks[facts.parks["park_code"] == park_code]
    mine = (facts.parcels["park_code"] == park_code).to_numpy(copy=True)
    tree = shapely.STRtree(np.asarray(facts.parcels.geometry.array, dtype=object))
    mine[tree.query(valid_polygons(parks.geometry), predicate="intersects")[1]] = True
    return replace(facts, parks=parks, parcels=facts.parcels[mine])


def _first_patches(
    connection: Connection, state: DataState, current: gpd.GeoDataFrame, parks: gpd.GeoDataFrame
) -> gpd.GeoDataFrame | None:
    """Return the patches, each park and day that was published again as it was first published."""
    rows = connection.execute(load("builtup_history"), {"moment": state.moment}).all()
    if not rows:
        return None
    shapes = from_wkb([row.shape for row in rows])
    kept = np.zeros(len(rows), dtype=bool)
    days = np.array([row.observed_on for row in rows], dtype="datetime64[D]")
    for zone in valid_polygons(parks.geometry):
        shapely.prepare(zone)
        here = shapely.intersects(zone, shapes)
        for day in np.unique(days[here]):
            mine = np.flatnonzero(here & (days == day)).tolist()
            first = min(rows[row].since for row in mine)
            for row in mine:
                kept[row] |= rows[row].since <= first and (rows[row].until is None or rows[row].until > first)
    some = [row for row, keep in zip(rows, kept.tolist(), strict=True) if keep]
    earlier = gpd.GeoDataFrame(
        {"observed_on": pd.to_datetime([row.observed_on for row in some]), "source": [row.source for row in some]},
        geometry=shapes[kept], crs=STORAGE_CRS,
    )  # fmt: skip
    unchanged = current[~np.isin(as_days(current["observed_on"]), days)]
    return pd.concat([unchanged[earlier.columns], earlier], ignore_index=True)
