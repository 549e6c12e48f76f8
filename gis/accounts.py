"""What is on record about each contract, side by side: promised, reported, verified; areas; phases; standards; peers.

Nothing here is a verdict: the terms are judged in :mod:`gis.intensity`. Amounts as the contract counts them
(land price included) and as idle land counts them (without) stand apart and are never derived from each other.
"""

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from gis.columns import text_array
from gis.contracts import BASES, Contracts
from gis.exact import plain
from gis.facts import Tables
from gis.neighbours import neighbours
from gis.peers import with_peers
from gis.periods import as_days
from gis.phases import NO_PHASES, Phases
from gis.promises import Promises
from gis.reports import COMPONENTS, COUNTED, newest_reports
from gis.rules import IntensityRule
from gis.standards import INDICATORS, Control, Standards
from gis.term_trace import exact_quotient
from gis.whole_numbers import Numbers, decimals, exceeds, millionths, shown, sum_of, whole_numbers

COLUMNS = (
    "contract_no", "kind", "park_code", "holder", "holder_credit_code", "parcel_codes",
    "committed_wan", "committed_on", "committed_source", "planned_ex_land_wan",
    "reported_wan", "reported_ex_land_wan", "reported_on", "reported_source",
    "verified_wan", "verified_ex_land_wan", "verified_on", "verified_source",
    "area_basis", "granted_m2", "registered_m2", "drawn_m2", "per_granted", "per_registered", "per_drawn",
    "due_wan", "due_m2", "phase_rate", "due_intensity", "phases",
    "peers", "peer_median", "standards", "shared_with", "flags", "facts",
)  # fmt: skip
FLAGS = (
    "AREAS_DIFFER", "INTENSITY_CONTRADICTS_TOTAL", "SHARED_PARCEL", "SUPERSEDED", "PHASES_INCOMPLETE", "PHASES_DIFFER",
    "PHASES_AFTER_DEADLINE",
)  # fmt: skip
_HA = 10_000
_FIGURES = ("granted_area_m2", "total_investment_wan", "intensity_wan_per_ha")
_NONE: list[str] = []


def accounts(
    tables: Tables,
    rule: IntensityRule,
    as_of: dt.date,
    terms: pd.DataFrame,
    standards: Standards | None = None,
    divisions: Mapping[str, str | None] | None = None,
) -> pd.DataFrame:
    """Return the accounts of :func:`lone_accounts` with the medians of peers."""
    alone = lone_accounts(Promises(tables, as_of), tables, rule, as_of, terms, standards, divisions)
    reached = terms["actual"][(terms["term"] == "INTENSITY").to_numpy()].to_numpy(dtype=object)
    return with_peers(alone.assign(intensity=reached), tables, rule, as_of).drop(columns="intensity")


def lone_accounts(
    promises: Promises,
    tables: Tables,
    rule: IntensityRule,
    as_of: dt.date,
    terms: pd.DataFrame,
    standards: Standards | None = None,
    divisions: Mapping[str, str | None] | None = None,
) -> pd.DataFrame:
    """Return one row for each contract that is judged, without peers.

    Parameters
    ----------
    promises
        What is on record about the contracts of the same tables and day.
    terms
        The verdicts of the same tables, rule and day, as :func:`gis.intensity.judge` gives them.
    standards
        The official tables that are loaded.
    divisions
        The division code of each park, for standards of a place.

    Returns
    -------
    pandas.DataFrame
        Columns ``COLUMNS``, in the order of ``terms``. Money in 10,000 CNY, areas in square metres,
        quotients half-up to 6 decimals. ``phases`` and ``standards`` are lists of dicts, or None.
    """
    made = _Accounts(promises, tables, rule, as_of, terms)
    columns = made.columns() | made.areas() | made.due(Phases(tables, promises.contracts, as_of))
    columns["standards"] = _standards(made, standards or Standards(), divisions or {})
    columns["flags"] = made.flags
    return pd.DataFrame({name: pd.Series(columns[name], dtype=object) for name in COLUMNS})


class _Accounts:
    """The contracts of a day with their reports, areas and neighbours."""

    def __init__(
        self, promises: Promises, tables: Tables, rule: IntensityRule, as_of: dt.date, terms: pd.DataFrame
    ) -> None:
        self.promises, self.tables, self.rule, self.as_of = promises, tables, rule, as_of
        self.contracts, self.asked = promises.contracts, np.array(promises.asked, dtype=np.int64)
        whole = terms[terms["term"] == "TOTAL_INVESTMENT"]
        self.shared_columns = {name: whole[name].tolist() for name in ("park_code", "parcel_codes", "facts")}
        self.invested = whole["actual"].tolist()
        drawn = tables.parcel.get("drawn_area_m2")
        if drawn is None:
            drawn = pd.Series(np.full(len(tables.parcel), None), dtype=object)
        figures = {name: tables.contract[name] for name in (*_FIGURES, "planned_investment_ex_land_wan")}
        areas = {"registered": tables.parcel["registered_area_m2"], "drawn": drawn}
        self.unit, read = whole_numbers(figures | areas)
        self.of_parcel = {name: read[name] for name in areas}
        self.figures = {name: self._stated(name, read[name]) for name in figures}
        self.superseded, self.shared = neighbours(self.contracts)
        self.flags: list[list[str]] = []

    def _stated(self, name: str, numbers: Numbers) -> Numbers:
        """Return a term of the contracts asked about as whole numbers."""
        row, unknown = self.contracts.term(name)
        known = np.where(unknown, -1, row)[self.asked].tolist()
        return [numbers[number] if number >= 0 else None for number in known]

    def columns(self) -> dict[str, Any]:
        """Return who and what a contract is, what it promises, what was reported and what verified."""
        contracts, asked = self.contracts, self.asked
        total = contracts.term("total_investment_wan")[0][asked]
        stated_in = np.where(total >= 0, total, asked)
        signed = contracts.signed[stated_in]
        source = np.array([*self.promises.contract_from, ""], dtype=object)
        basis = contracts.values("area_basis")[0][asked]
        return {
            "contract_no": contracts.numbers[asked], "kind": contracts.kind[asked], **self.shared_columns,
            **{name: self._own(name)[asked] for name in ("holder", "holder_credit_code")},
            "committed_wan": self._decimals("total_investment_wan"), "committed_on": signed.tolist(),
            "committed_source": source[stated_in], "planned_ex_land_wan": self._decimals("planned_investment_ex_land_wan"),
            **_reports(self.tables.investment_report, contracts, asked, self.promises.report_from),
            "area_basis": np.where(pd.isna(basis) | (basis == ""), "GRANTED", basis),
            "peers": [None] * len(asked), "peer_median": [None] * len(asked),
            "shared_with": [sorted(self.shared[one]) if one in self.shared else _NONE for one in asked.tolist()],
        }  # fmt: skip

    def _own(self, name: str) -> Any:
        """Return who a contract names, or else whom its first parcel names."""
        there = name in self.tables.contract.columns
        own = (
            self.contracts.values(name)[0]
            if there
            else np.full(len(self.contracts.table), None, dtype=object)
        )
        first, last = self.contracts.slices[:-1], self.contracts.slices[1:]
        rows = np.append(self.contracts.pairs["parcel"].to_numpy(), -1)[np.where(last > first, first, -1)]
        of_parcel = np.append(text_array(self.tables.parcel[name]), np.array([None], dtype=object))[rows]
        return np.where(pd.isna(text_array(pd.Series(own))), of_parcel, own)

    def _decimals(self, name: str) -> list[Decimal | None]:
        return decimals(self.figures[name], self.unit)

    def areas(self) -> dict[str, Any]:
        """Return the areas of each contract and the investment on each of them; points out what contradicts."""
        granted = [
            area if area is not None and area > 0 else None for area in self.figures["granted_area_m2"]
        ]
        places, rows = self.promises.places, self.promises.rows
        spans = [places[contract] for contract in self.asked.tolist()]
        found: dict[str, Numbers] = {"granted": granted}
        for name, values in self.of_parcel.items():
            found[name] = [
                sum_of([values[row] if row >= 0 else None for row in rows[start:stop]]) or None
                for start, stop in spans
            ]
        stated = (self.figures[name] for name in ("intensity_wan_per_ha", "total_investment_wan"))
        for contract, *known in zip(self.asked.tolist(), *found.values(), *stated, strict=True):
            self.flags.append(self._flags(contract, known[:3], known[3], known[4]))
        paid = [None if value is None else value.as_integer_ratio() for value in self.invested]
        quotients = {f"per_{name}": [_per(part, area, self.unit) for part, area in zip(paid, areas, strict=True)]
                     for name, areas in found.items()}  # fmt: skip
        return {f"{name}_m2": decimals(areas, self.unit) for name, areas in found.items()} | quotients

    def _flags(
        self, contract: int, areas: list[int | None], intensity: int | None, whole: int | None
    ) -> list[str]:
        flags, rule, unit = [], self.rule, self.unit
        known = [area for area in areas if area is not None]
        apart = max(known) - min(known) if len(known) > 1 else 0
        least, share = rule.area_warning_m2, rule.area_warning_share
        if apart and apart * least.denominator > least.numerator * unit and exceeds(apart, known[0], share):
            flags.append("AREAS_DIFFER")
        if intensity is not None and whole is not None and areas[0] is not None:
            by_area, by_total = intensity * areas[0], whole * _HA * unit
            if exceeds(abs(by_area - by_total), by_area, rule.contract_disagreement_share):
                flags.append("INTENSITY_CONTRADICTS_TOTAL")
        if self.superseded[contract]:
            flags.append("SUPERSEDED")
        return [*flags, "SHARED_PARCEL"] if contract in self.shared else flags

    def due(self, phases: Phases) -> dict[str, Any]:
        """Return what is due of the contracts that have phases; points out phases that contradict the contract."""
        found: dict[str, Any] = {name: [None] * len(self.asked) for name in NO_PHASES}
        granted, whole = (self._decimals(name) for name in ("granted_area_m2", "total_investment_wan"))
        deadlines = self.promises.deadline
        for number, contract in enumerate(self.asked.tolist()):
            if contract not in phases.of_contract:
                continue
            area = granted[number]
            told = phases.of(
                contract,
                self.invested[number],
                area if area is not None and area > 0 else None,
                whole[number],
            )
            flags, last, deadline = told.pop("flags"), told.pop("last_due"), deadlines[contract]
            if last is not None and deadline is not None and str(last) > deadline:
                flags.append("PHASES_AFTER_DEADLINE")
            self.flags[number] += flags
            for name, value in told.items():
                found[name][number] = value
        return found


def _standards(made: _Accounts, standards: Standards, divisions: Mapping[str, str | None]) -> list[Any]:
    """Return what official tables say; the edition goes by the day of signing, as acceptance is not on record."""
    if not standards.controls:
        return [None] * len(made.asked)
    contracts = made.contracts
    industry, version = (contracts.values(name)[0] for name in ("industry_code", "industry_code_version"))
    rows = zip(
        made.asked.tolist(), made.shared_columns["park_code"], made.shared_columns["facts"], strict=True
    )
    found = []
    for contract, park, facts in rows:
        read = json.loads(facts)
        site, signed = (divisions.get(park or ""), park), contracts.signed[contract]
        said: list[dict[str, Any]] = []
        for indicator in INDICATORS:
            cells = standards.of(
                indicator, str(industry[contract] or ""), str(version[contract] or ""), site,
                None if np.isnat(signed) else signed.item(),
            )  # fmt: skip
            if isinstance(cells, str):
                said.append({"indicator": indicator, "reason": cells})
                continue
            value = exact_quotient(read, indicator)
            said += [_compared(indicator, cell, value) for cell in cells]
        found.append(said)
    return found


def _compared(indicator: str, cell: Control, value: Fraction | None) -> dict[str, Any]:
    return {
        "indicator": indicator, "edition": cell.edition, "place": cell.place, "value": plain(cell.value),
        "unit": cell.unit, "source": cell.source, "binding": cell.binding, "document": cell.document,
        "met": None if value is None else value >= cell.canonical,
    }  # fmt: skip


def _reports(reports: pd.DataFrame, contracts: Contracts, asked: Any, sources: list[str]) -> dict[str, Any]:
    """Return the amounts of the newest reported and the newest verified report, each with date and source."""
    unit, read = whole_numbers(
        {name: reports[name] for name in (*sorted({*COUNTED, *COMPONENTS}), "total_wan")}
    )
    days = np.append(as_days(reports["reported_on"]), np.datetime64("NaT", "D"))
    said = np.array([*sources, ""], dtype=object)
    found: dict[str, Any] = {}
    for basis in ("REPORTED", "VERIFIED"):
        name, rows = basis.lower(), newest_reports(reports, contracts, basis)[asked]
        listed = rows.tolist()
        counted, ex_land = (_sums([read[part] for part in parts], listed) for parts in (COUNTED, COMPONENTS))
        whole = read["total_wan"]
        counted = [
            whole[row] if total is None and row >= 0 else total
            for total, row in zip(counted, listed, strict=True)
        ]
        found |= {
            f"{name}_wan": decimals(counted, unit), f"{name}_ex_land_wan": decimals(ex_land, unit),
            f"{name}_on": days[rows].tolist(), f"{name}_source": said[rows],
        }  # fmt: skip
    return found


def _sums(columns: list[Numbers], rows: list[int]) -> Numbers:
    return [None if row < 0 else sum_of([values[row] for values in columns]) for row in rows]


def _per(part: tuple[int, int] | None, area: int | None, unit: int) -> Decimal | None:
    """Return 10,000 CNY a hectare: a fraction over whole numbers of square metres."""
    if part is None or area is None or area <= 0:
        return None
    return Decimal(shown(millionths(part[0] * _HA * unit, part[1] * area)))


def is_base(kind: str | None) -> bool:
    """Say whether a contract supplies land: its amounts and those of an entry contract are never added."""
    return kind in BASES
