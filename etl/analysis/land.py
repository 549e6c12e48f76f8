"""The land of parks: built-up area and growth, ledgers, land states, rates, consumption."""

import datetime as dt
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from etl.analysis.facts import Facts
from etl.analysis.places import Placed
from gis import builtup
from gis.boundaries import boundary_counts
from gis.builtup import current_boundaries
from gis.consumption import Consumption, consumption
from gis.land_state import land_states, uses_of_parcels
from gis.ledger import growth_ledger
from gis.periods import as_days
from gis.polygons import valid_polygons
from gis.rates import RATE_COLUMNS, Zone, rates
from gis.rules import BuiltupRule
from gis.standing import Standing
from gis.supply import first_supply
from gis.tables import frame_of

_CONSUMPTION = ("park_code", *Consumption.__dataclass_fields__)


def land_findings(facts: Facts, rules: Placed[BuiltupRule], as_of: dt.date) -> dict[str, pd.DataFrame]:
    """Return the findings about land, by the name of their table; each park by the rule of its place."""
    uses = uses_of_parcels(facts.states, facts.parks, facts.parcels, as_of)
    parts = [
        _by_one_rule(replace(facts, parks=facts.parks[facts.parks["park_code"].isin(parks)]), rule, as_of)
        for rule, parks in rules.groups()
    ] or [_by_one_rule(facts, rules.default, as_of)]
    whole = {name: pd.concat([part[name] for part in parts], ignore_index=True) for name in parts[0]}
    return whole | {"parcel_use": uses}


def _by_one_rule(facts: Facts, rule: BuiltupRule, as_of: dt.date) -> dict[str, pd.DataFrame]:
    supplied = supplied_parcels(facts, as_of)
    growth = builtup.by_park_and_year(facts.patches, facts.parks, as_of, rule.target_change_m2)
    ledger = growth_ledger(facts.patches, facts.parks, supplied, rule, as_of, facts.first_patches)
    stock = land_states(facts.states, facts.parks, facts.patches, supplied, as_of)
    return {
        "builtup_growth": growth,
        "growth_ledger": ledger.parks,
        "ledger_parcel": ledger.parcels,
        "land_stock": stock,
        "park_rate": _rates(facts, stock, as_of),
        "land_consumption": _consumption(facts, growth, rule, as_of),
    }


def boundary_findings(
    facts: Facts, rules: Placed[BuiltupRule], verdicts: pd.DataFrame, as_of: dt.date
) -> pd.DataFrame:
    """Return what each boundary of a park counts; each park by the rule of its place."""
    parts = [
        boundary_counts(
            facts.parks[facts.parks["park_code"].isin(parks)],
            facts.parcels,
            facts.patches,
            verdicts,
            rule,
            as_of,
        )
        for rule, parks in rules.groups()
    ] or [boundary_counts(facts.parks, facts.parcels, facts.patches, verdicts, rules.default, as_of)]
    return pd.concat(parts, ignore_index=True)


def supplied_parcels(facts: Facts, as_of: dt.date) -> gpd.GeoDataFrame:
    """Return the parcels with the day of their first supply."""
    supply = first_supply(facts.tables, as_of).set_index(pd.Index(facts.tables.parcel["parcel_code"]))
    return facts.parcels.join(supply, on="parcel_code")


def _rates(facts: Facts, stock: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    standing = Standing(facts.buildings, as_of)
    built = _Built(facts, as_of)
    statistics = newest_statistics(facts.statistics, as_of)
    rows: list[dict[str, Any]] = []
    for key, own in stock.groupby(["park_code", "zone_part"], sort=False):
        park, part = map(str, key)
        reasons = dict(zip(own["code"], own["reason"], strict=True))
        areas = dict(zip(own["code"], own["area_m2"], strict=True))
        figures, gaps = standing.on(built.land(park, part, ""))
        industrial, why = (
            standing.on(built.land(park, part, "2")) if areas.get("A2") is not None else ({}, {})
        )
        figures["industrial_floor_m2"] = industrial.get("floor_m2")
        gaps["industrial_floor_m2"] = why.get("floor_m2", "NO_LAND_STATE")
        # The statistics of a park are of the whole park: where its parts are told apart they say nothing of one.
        whole = part == "" or stock.loc[stock["park_code"] == park, "zone_part"].nunique() == 1
        figures |= statistics.get(park, {}) if whole else {}
        gaps |= {
            "cumulative_investment_wan": "ONLY_YEARLY_FLOW",
            "tax_wan": "NO_STATISTICS",
            "population": "NO_STATISTICS",
        }
        found = rates(
            Zone(areas, figures, {code: text for code, text in {**reasons, **gaps}.items() if text})
        )
        rows += [{"park_code": park, "zone_part": part} | row for row in found]
    return frame_of(rows, RATE_COLUMNS)


class _Built:
    """The built land of each park: surveyed states A, else the newest built-up patches."""

    def __init__(self, facts: Facts, as_of: dt.date) -> None:
        chosen = current_boundaries(facts.parks, as_of)
        self.zones = dict(zip(chosen["park_code"], valid_polygons(chosen.geometry), strict=True))
        self.states, self.patches = (_Dated(table, as_of) for table in (facts.states, facts.patches))

    def land(self, park: Any, part: Any, kind: str) -> Any:
        """Return the shapes of built land ("2": industrial) in a part of a park."""
        zone = self.zones[park]
        states = self.states.newest(zone)
        if len(states):
            code = states["construction_state"].fillna("").astype(str)
            here = states[code.str.startswith("A" + kind) & (states["zone_part"].fillna("") == part)]
        else:
            here = self.patches.newest(zone)
        return valid_polygons(here.geometry)


class _Dated:
    """Observed shapes up to a day, with a search tree."""

    def __init__(self, table: gpd.GeoDataFrame, as_of: dt.date) -> None:
        self.table = table[as_days(table["observed_on"]) <= np.datetime64(as_of, "D")]
        self.seen = as_days(self.table["observed_on"])
        self.tree = shapely.STRtree(np.asarray(self.table.geometry.array, dtype=object))

    def newest(self, zone: Any) -> gpd.GeoDataFrame:
        """Return the rows of the newest day that shows a zone."""
        near = np.sort(self.tree.query(zone, predicate="intersects"))
        if len(near):
            near = near[self.seen[near] == self.seen[near].max()]
        return self.table.iloc[near]


def newest_statistics(statistics: pd.DataFrame, as_of: dt.date) -> dict[str, dict[str, Decimal | None]]:
    """Return tax and population of the newest whole year of each park: a year's figures exist from its last day."""
    last = as_of.year if (as_of.month, as_of.day) == (12, 31) else as_of.year - 1
    known = statistics[statistics["year"] <= last].sort_values("year", kind="stable")
    return {
        row["park_code"]: {"tax_wan": row["tax_wan"], "population": row["population"]}
        for row in known.to_dict("records")
    }


def _consumption(facts: Facts, growth: pd.DataFrame, rule: BuiltupRule, as_of: dt.date) -> pd.DataFrame:
    people: dict[str, dict[int, Decimal]] = {}
    for row in facts.statistics.to_dict("records"):
        if row["population"] is not None and row["year"] <= as_of.year:
            people.setdefault(row["park_code"], {})[int(row["year"])] = row["population"]
    rows: list[dict[str, Any]] = []
    for park, own in growth.groupby("park_code", sort=True):
        built = dict(zip(own["year"].astype(int), own["builtup_m2"], strict=True))
        found = consumption(built, people.get(str(park), {}), rule.least_population_growth_share)
        rows += [{"park_code": park} | asdict(part) for part in found]
    return frame_of(rows, _CONSUMPTION)
