"""What one run finds: published facts read in one snapshot and judged by the rules of a day."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

import data.rules as rule_packs
from data.session import engine
from etl.facts import DataState, data_state, read_polygons, read_tables
from gis import builtup, idle, intensity
from gis.errors import LandStockError
from gis.facts import Tables

Progress = Callable[[str, int, int], None]
STEPS = 5


class ParkNotFound(LandStockError):
    """No park has this code."""

    code = "park-not-found"

    def __init__(self, park_code: str, known: list[str]) -> None:
        listed = ", ".join(known[:12]) if known else "none yet"
        super().__init__(
            f"There is no park {park_code}. Parks on record: {listed}.",
            f"没有园区 {park_code}。现有园区：{'、'.join(known[:12]) or '尚无'}。请核对园区代码。",
        )


@dataclass(frozen=True, slots=True)
class Findings:
    """What one run found, as tables with the columns of the models."""

    idle: pd.DataFrame
    intensity: pd.DataFrame
    growth: pd.DataFrame
    parcel_builtup: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Facts:
    tables: Tables
    parks: gpd.GeoDataFrame
    patches: gpd.GeoDataFrame
    parcels: gpd.GeoDataFrame


def compute(
    as_of: dt.date,
    known_on: dt.datetime | None = None,
    park_code: str | None = None,
    rules: list[Path] | None = None,
    progress: Progress | None = None,
) -> tuple[DataState, Findings]:
    """Return the state of the data and what the rules say about it; nothing is stored.

    ``rules`` are rule files that stand in for the project's own (a what-if).
    """
    files = rules or []
    idle_rule = rule_packs.idle_land_rule(as_of, files)
    intensity_rule = rule_packs.intensity_rule(as_of, files)
    tell(progress, "read what is published", 0)
    state, facts = _read(known_on, park_code)
    tell(progress, "built-up area by park and year", 1)
    growth = builtup.by_park_and_year(facts.patches, facts.parks, as_of)
    tell(progress, "built-up area by parcel", 2)
    shares = builtup.by_parcel_and_year(facts.patches, facts.parcels, as_of, facts.parks)
    tell(progress, "idle land", 3)
    verdicts = idle.judge(facts.tables, idle_rule, as_of, shares)
    tell(progress, "investment intensity", 4)
    terms = intensity.judge(facts.tables, intensity_rule, as_of)
    findings = Findings(verdicts.reset_index(names="parcel_code"), terms, growth, shares)
    return state, findings if park_code is None else _of_park(findings, park_code)


def tell(progress: Progress | None, step: str, done: int, total: int = STEPS) -> None:
    """Report a step to whoever wants to know."""
    if progress is not None:
        progress(step, done, total)


def _read(known_on: dt.datetime | None, park_code: str | None) -> tuple[DataState, _Facts]:
    """Read all facts in one snapshot, so that a publication in between changes nothing."""
    with engine().connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        state = data_state(connection, known_on)
        parks = read_polygons(connection, "park", state, ["park_code", "boundary_version", "valid_from"])
        if park_code is not None and park_code not in set(parks["park_code"]):
            raise ParkNotFound(park_code, sorted(set(parks["park_code"])))
        facts = _Facts(
            tables=read_tables(connection, state),
            parks=parks,
            patches=read_polygons(connection, "builtup", state, ["observed_on"]),
            parcels=read_polygons(connection, "parcel", state, ["parcel_code", "park_code"]),
        )
        connection.rollback()
    if park_code is None:
        return state, facts
    here = facts.parks[facts.parks["park_code"] == park_code]
    return state, _Facts(
        facts.tables, here, facts.patches, facts.parcels[facts.parcels["park_code"] == park_code]
    )


def _of_park(findings: Findings, park_code: str) -> Findings:
    """Keep what concerns one park.

    All parcels are judged first: a contract may hold parcels of two parks and its
    ratios need them all.
    """
    return Findings(
        findings.idle[findings.idle["park_code"] == park_code],
        findings.intensity[findings.intensity["park_code"] == park_code],
        findings.growth,
        findings.parcel_builtup,
    )
