"""Facts cut into parts that can be judged apart, and the findings of the parts put together.

A part owns some parks, and every parcel and contract that hang together: a contract may hold parcels of
two parks, so contracts and parcels are dealt out by what is connected. What lies beside but is needed
(neighbouring parcels, shapes across a boundary) goes along as a halo; findings about it are dropped, since
another part owns it. One patch of each survey goes everywhere, so that all parts know of all surveys.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from etl.analysis.facts import Facts
from gis.columns import rows_of
from gis.contracts import Contracts
from gis.facts import Tables
from gis.periods import as_days

Findings = dict[str, pd.DataFrame]
_BY_PARCEL = ("construction_event", "idle_cause", "building")
_BY_CONTRACT = ("contract_phase", "investment_report")
_ORDER = {"parcel_use": "parcel_code"}


@dataclass(frozen=True, slots=True)
class Part:
    """The facts of some parks, and what of the findings is theirs."""

    facts: Facts
    parks: frozenset[str]
    parcels: frozenset[str]
    contracts: frozenset[str]

    def own(self, findings: Findings) -> Findings:
        """Return the findings about what the part owns."""
        return {name: table[self._mine(table)] for name, table in findings.items()}

    def _mine(self, table: pd.DataFrame) -> Any:
        columns = set(table.columns)
        if "suspicion" in columns:  # of a contract, whose parcels may not be on record, or of a parcel alone
            of_parcel = (table["contract_no"] == "") & table["parcel_code"].isin(self.parcels)
            return of_parcel | table["contract_no"].isin(self.contracts)
        if "contract_no" in columns:
            return table["contract_no"].isin(self.contracts)
        if "parcel_code" in columns and "from_year" not in columns:
            return table["parcel_code"].isin(self.parcels)
        return table["park_code"].isin(self.parks)


def parts(facts: Facts, count: int) -> list[Part]:
    """Return facts cut into at most ``count`` parts with about as many parcels each."""
    return list(parts_of(facts, count))


def parts_of(facts: Facts, count: int) -> Iterator[Part]:
    """Yield the parts of :func:`parts`, each when it is asked for."""
    cut = _Cut(facts, count)
    return (cut.part(number) for number in range(cut.count))


def together(facts: Facts, found: Sequence[Findings]) -> Findings:
    """Return the findings of all parts in the order that judging the whole at once gives."""
    whole = {name: pd.concat([part[name] for part in found], ignore_index=True) for name in found[0]}
    keys = {
        "parcel_code": pd.Index(facts.tables.parcel["parcel_code"], dtype=object),
    }
    for name, table in whole.items():
        column = _ORDER.get(name)
        if column:
            place = keys[column].get_indexer(pd.Index(table[column], dtype=object))
        else:
            place = pd.factorize(table["park_code"].fillna("").astype(str), sort=True)[0]
        order = np.argsort(place, kind="stable")
        whole[name] = table.iloc[order].reset_index(drop=True)
    return whole


class _Cut:
    """Which part owns each park, parcel and contract."""

    def __init__(self, facts: Facts, count: int) -> None:
        self.facts, tables = facts, facts.tables
        self.codes = tables.parcel["parcel_code"].to_numpy(dtype=object)
        self.numbers = tables.contract["contract_no"].to_numpy(dtype=object)
        self.contracts = Contracts(tables, dt.date.max)
        self.park_of = tables.parcel["park_code"].to_numpy(dtype=object)
        names = sorted(set(facts.parks["park_code"].astype(str)))
        self.count = max(1, min(count, len(names)))
        weights = pd.Series(self.park_of).value_counts()
        before = np.cumsum([int(weights.get(name, 0)) + 1 for name in names])
        owner = (before - 1) * self.count // max(int(before[-1]) if len(before) else 1, 1)
        self.owner_of_park = dict(zip(names, owner.tolist(), strict=True))
        self.parcel, self.contract = self._owners()
        self.place = pd.Index(self.codes, dtype=object).get_indexer(
            pd.Index(facts.parcels["parcel_code"], dtype=object)
        )
        self.shapes = np.asarray(facts.parcels.geometry.array, dtype=object)
        self.tree = shapely.STRtree(self.shapes)
        shown = {
            "parks": facts.parks,
            "states": facts.states,
            "patches": facts.patches,
            "buildings": facts.buildings,
        }
        if facts.first_patches is not None:
            shown["first_patches"] = facts.first_patches
        self.trees = {
            name: shapely.STRtree(np.asarray(table.geometry.array, dtype=object))
            for name, table in shown.items()
        }
        self.rows = {
            name: rows_of(getattr(tables, name)["parcel_code"], tables.parcels) for name in _BY_PARCEL
        }
        numbers = pd.Index(self.numbers)
        self.rows |= {name: rows_of(getattr(tables, name)["contract_no"], numbers) for name in _BY_CONTRACT}

    def _owners(self) -> tuple[Any, Any]:
        """Return the part of each parcel and of each contract row: one for all that hang together."""
        parcels, contracts = len(self.codes), len(self.numbers)
        pairs = self.contracts.pairs
        known = (pairs["parcel"] >= 0).to_numpy()
        root = self.contracts.root
        linked = np.flatnonzero(root >= 0)
        one = np.concatenate([pairs["parcel"].to_numpy()[known], parcels + linked])
        other = np.concatenate([parcels + pairs["contract"].to_numpy()[known], parcels + root[linked]])
        label = np.arange(parcels + contracts)
        while True:
            least = np.minimum(label[one], label[other])
            new = label.copy()
            np.minimum.at(new, one, least)
            np.minimum.at(new, other, least)
            new = new[new]
            if (new == label).all():
                break
            label = new
        own = np.array([self.owner_of_park.get(str(park), 0) for park in self.park_of], dtype=np.int64)
        # The lowest number of a group is a parcel's, if it has one; a contract without parcels goes to the first part.
        of_group = np.append(own, np.zeros(contracts, dtype=np.int64))[label]
        return of_group[:parcels], of_group[parcels:]

    def part(self, number: int) -> Part:
        """Return one part with its halo."""
        facts = self.facts
        mine = self.parcel == number
        parks = {name for name, owner in self.owner_of_park.items() if owner == number}
        near = parks | {str(park) for park in set(self.park_of[mine].tolist()) if park is not None}
        park_code = facts.parks["park_code"].astype(str)
        zones = np.asarray(facts.parks.geometry[park_code.isin(near)].array, dtype=object)
        drawn = self.shapes[mine[self.place]]
        states = self._meeting("states", drawn)
        beside = self._meeting("parks", np.asarray(facts.states.geometry[states].array, dtype=object))
        near |= set(park_code[beside])
        around = np.asarray(facts.parks.geometry[park_code.isin(near)].array, dtype=object)
        halo = np.zeros(len(self.codes), dtype=bool)
        halo[self.place[self.tree.query(zones, predicate="intersects")[1]]] = True
        everything = np.concatenate([drawn, around])
        states |= self._meeting("states", around)
        patches = facts.patches[self._meeting("patches", everything) | _one_a_day(facts.patches)]
        first = facts.first_patches
        if first is not None:
            first = first[self._meeting("first_patches", everything) | _one_a_day(first)]
        land = [np.asarray(table.geometry.array, dtype=object) for table in (facts.states[states], patches)]
        made = replace(
            facts, tables=self._tables(mine | halo, self.contract == number),
            parks=facts.parks[park_code.isin(near)], parcels=facts.parcels[(mine | halo)[self.place]],
            states=facts.states[states], patches=patches, first_patches=first,
            buildings=facts.buildings[self._meeting("buildings", np.concatenate(land))],
        )  # fmt: skip
        return Part(_renumbered(made), frozenset(parks), frozenset(self.codes[mine]),
                    frozenset(self.numbers[self.contract == number]))  # fmt: skip

    def _meeting(self, layer: str, shapes: Iterable[Any]) -> Any:
        """Return which rows of a layer have a shape that meets some shapes."""
        tree = self.trees[layer]
        found = np.zeros(len(tree), dtype=bool)
        found[tree.query(np.asarray(shapes, dtype=object), predicate="intersects")[1]] = True
        return found

    def _tables(self, parcels: Any, contracts: Any) -> Tables:
        """Return the rows of some parcels, of some contracts and of all other contracts that name the parcels."""
        tables, pairs = self.facts.tables, self.contracts.pairs
        named = pairs["parcel"].to_numpy()
        chosen = contracts.copy()
        chosen[pairs["contract"].to_numpy()[np.append(parcels, False)[named]]] = True
        chosen |= np.append(chosen, False)[self.contracts.root]
        rows = {"parcel": parcels, "contract": chosen}
        rows |= {name: np.append(parcels, False)[self.rows[name]] for name in _BY_PARCEL}
        rows |= {name: np.append(chosen, False)[self.rows[name]] for name in _BY_CONTRACT}
        return Tables(
            **{name: getattr(tables, name)[keep].reset_index(drop=True) for name, keep in rows.items()},
            enterprise=tables.enterprise,
        )


def _one_a_day(patches: gpd.GeoDataFrame) -> Any:
    return ~pd.Series(as_days(patches["observed_on"])).duplicated().to_numpy()


def _renumbered(facts: Facts) -> Facts:
    shapes = {
        item.name: value.reset_index(drop=True)
        for item in fields(Facts)
        if isinstance(value := getattr(facts, item.name), gpd.GeoDataFrame)
    }
    return replace(facts, **shapes)
