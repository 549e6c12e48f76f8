"""What is on record about each contract, side by side: promised, reported, verified; areas; phases; standards; peers.

Nothing here is a verdict: the terms are judged in :mod:`gis.intensity`. Amounts as the contract counts them
(land price included) and as idle land counts them (without) stand apart and are never derived from each other.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from gis.columns import objects, text_array
from gis.contracts import BASES, Contracts
from gis.exact import add, exceeds_share, figure, half_up, plain
from gis.facts import Tables
from gis.peers import with_peers
from gis.phases import Phases
from gis.reports import COMPONENTS, COUNTED, newest_reports
from gis.rules import IntensityRule
from gis.standards import INDICATORS, Control, Standards
from gis.tables import frame_of, origin

COLUMNS = (
    "contract_no", "kind", "park_code", "holder", "holder_credit_code", "parcel_codes",
    "committed_wan", "committed_on", "committed_source", "planned_ex_land_wan",
    "reported_wan", "reported_ex_land_wan", "reported_on", "reported_source",
    "verified_wan", "verified_ex_land_wan", "verified_on", "verified_source",
    "area_basis", "granted_m2", "registered_m2", "drawn_m2", "per_granted", "per_registered", "per_drawn",
    "due_wan", "due_m2", "phase_rate", "due_intensity", "phases",
    "peers", "peer_median", "standards", "shared_with", "flags",
)  # fmt: skip
FLAGS = (
    "AREAS_DIFFER", "INTENSITY_CONTRADICTS_TOTAL", "SHARED_PARCEL", "SUPERSEDED", "PHASES_INCOMPLETE", "PHASES_DIFFER",
    "PHASES_AFTER_DEADLINE",
)  # fmt: skip
_HA = 10_000
_FACTOR = {"INTENSITY": _HA, "FAR": 1}
_TERMS = (
    "granted_area_m2", "area_basis", "total_investment_wan", "planned_investment_ex_land_wan",
    "intensity_wan_per_ha", "industry_code", "industry_code_version",
)  # fmt: skip


def accounts(
    tables: Tables,
    rule: IntensityRule,
    as_of: dt.date,
    terms: pd.DataFrame,
    standards: Standards | None = None,
    divisions: Mapping[str, str | None] | None = None,
) -> pd.DataFrame:
    """Return the accounts of :func:`lone_accounts` with the medians of peers."""
    alone = lone_accounts(tables, rule, as_of, terms, standards, divisions)
    return with_peers(alone, tables, rule, as_of, terms)


def lone_accounts(
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
    made = _Accounts(tables, rule, as_of, terms, standards or Standards(), divisions or {})
    rows = [made.row(contract, number) for number, contract in enumerate(made.asked.tolist())]
    return frame_of(rows, COLUMNS)


class _Accounts:
    """The contracts of a day with their reports, areas and neighbours."""

    def __init__(
        self, tables: Tables, rule: IntensityRule, as_of: dt.date, terms: pd.DataFrame, standards: Standards,
        divisions: Mapping[str, str | None],
    ) -> None:  # fmt: skip
        self.rule, self.as_of, self.standards, self.divisions = rule, as_of, standards, divisions
        self.contracts = Contracts(tables, as_of)
        whole = terms[terms["term"] == "TOTAL_INVESTMENT"]
        self.asked = self.contracts.index.get_indexer(pd.Index(whole["contract_no"], dtype=object))
        self.parks = whole["park_code"].tolist()
        self.codes = whole["parcel_codes"].tolist()
        self.invested = whole["actual"].tolist()
        self.exact = {term: _exact(terms[terms["term"] == term], factor) for term, factor in _FACTOR.items()}
        self.stated_in = self.contracts.term("total_investment_wan")[0]
        self.source = origin(tables.contract, np.arange(len(tables.contract)))
        self.read = {name: self.contracts.values(name)[0] for name in _TERMS}
        self.names = {name: self._own(tables, name) for name in ("holder", "holder_credit_code")}
        self.registered = objects(tables.parcel["registered_area_m2"])
        drawn = tables.parcel.get("drawn_area_m2")
        self.drawn = np.full(len(tables.parcel), None, dtype=object) if drawn is None else objects(drawn)
        self.rows_of_parcels = self.contracts.pairs["parcel"].to_numpy()
        self.reports = _Reports(tables, self.contracts)
        self.phases = Phases(tables, self.contracts, as_of)
        self.superseded, self.shared = _neighbours(self.contracts)
        self.deadline = self._deadline()

    def _own(self, tables: Tables, name: str) -> Any:
        """Return who a contract names, or else whom its first parcel names."""
        count = len(self.contracts.table)
        there = name in tables.contract.columns
        own = self.contracts.values(name)[0] if there else np.full(count, None, dtype=object)
        first = self.contracts.slices[:-1]
        rows = np.append(self.contracts.pairs["parcel"].to_numpy(), -1)[
            np.where(self.contracts.slices[1:] > first, first, -1)
        ]
        of_parcel = np.append(text_array(tables.parcel[name]), np.array([None], dtype=object))[rows]
        return np.where(pd.isna(text_array(pd.Series(own))), of_parcel, own)

    def _deadline(self) -> Any:
        invest, complete = (self.contracts.dates(name)[0] for name in ("invest_by", "complete_by"))
        return np.where(np.isnat(invest), complete, invest)

    def row(self, contract: int, number: int) -> dict[str, Any]:
        """Return the account of one contract; ``number`` is its place among those judged."""
        area = self._areas(contract)
        invested, park = self.invested[number], self.parks[number]
        phases = self.phases.of(
            contract, invested, area["granted_m2"], self._figure("total_investment_wan", contract)
        )
        flags = self._flags(contract, area) + phases.pop("flags", [])
        if phases.get("last_due") is not None and phases["last_due"] > self.deadline[contract]:
            flags.append("PHASES_AFTER_DEADLINE")
        phases.pop("last_due", None)
        return {
            "contract_no": self.contracts.numbers[contract], "kind": self.contracts.kind[contract],
            "park_code": park, "parcel_codes": self.codes[number],
            **{name: values[contract] for name, values in self.names.items()},
            **self._committed(contract),
            "planned_ex_land_wan": self._figure("planned_investment_ex_land_wan", contract),
            **self.reports.sides(contract),
            "area_basis": self.read["area_basis"][contract] or "GRANTED", **area,
            **{f"per_{name}": _per(invested, area[f"{name}_m2"]) for name in ("granted", "registered", "drawn")},
            **phases, "peers": None, "peer_median": None,
            "standards": self._standards(contract, number, park),
            "shared_with": sorted(self.shared.get(contract, ())), "flags": flags,
        }  # fmt: skip

    def _committed(self, contract: int) -> dict[str, Any]:
        """Return the promised total with the day and the source of the paper that states it, or of the contract."""
        row = int(self.stated_in[contract]) if self.stated_in[contract] >= 0 else contract
        signed = self.contracts.signed[row]
        return {
            "committed_wan": self._figure("total_investment_wan", contract),
            "committed_on": None if np.isnat(signed) else signed.item(), "committed_source": self.source[row],
        }  # fmt: skip

    def _figure(self, name: str, contract: int) -> Decimal | None:
        return figure(self.read[name][contract])

    def _areas(self, contract: int) -> dict[str, Decimal | None]:
        start, stop = self.contracts.slices[contract : contract + 2]
        rows = self.rows_of_parcels[start:stop].tolist()
        granted = self._figure("granted_area_m2", contract)
        found = {"granted_m2": granted if granted is not None and granted > 0 else None}
        for name, values in (("registered_m2", self.registered), ("drawn_m2", self.drawn)):
            found[name] = add(figure(values[row]) if row >= 0 else None for row in rows) or None
        return found

    def _flags(self, contract: int, area: dict[str, Decimal | None]) -> list[str]:
        flags = []
        known = [value for value in area.values() if value is not None]
        if len(known) > 1:
            apart = max(known) - min(known)
            if apart > self.rule.area_warning_m2 and exceeds_share(
                apart, known[0], self.rule.area_warning_share
            ):
                flags.append("AREAS_DIFFER")
        stated, whole = (
            self._figure(name, contract) for name in ("intensity_wan_per_ha", "total_investment_wan")
        )
        if stated is not None and whole is not None and area["granted_m2"] is not None:
            by_area = Fraction(stated) * Fraction(area["granted_m2"])
            if exceeds_share(
                abs(by_area - Fraction(whole) * _HA), by_area, self.rule.contract_disagreement_share
            ):
                flags.append("INTENSITY_CONTRADICTS_TOTAL")
        if self.superseded[contract]:
            flags.append("SUPERSEDED")
        return [*flags, "SHARED_PARCEL"] if contract in self.shared else flags

    def _standards(self, contract: int, number: int, park: str | None) -> list[dict[str, Any]] | None:
        """Return what official tables say; the edition goes by the day of signing, as acceptance is not on record."""
        if not self.standards.controls:
            return None
        signed = self.contracts.signed[contract]
        industry, version = (
            str(self.read[name][contract] or "") for name in ("industry_code", "industry_code_version")
        )
        site, day = (self.divisions.get(park or ""), park), None if np.isnat(signed) else signed.item()
        found: list[dict[str, Any]] = []
        for indicator in INDICATORS:
            cells = self.standards.of(indicator, industry, version, site, day)
            if isinstance(cells, str):
                found.append({"indicator": indicator, "reason": cells})
                continue
            value = self.exact[indicator][number]
            found += [_compared(indicator, cell, value) for cell in cells]
        return found


def _exact(terms: pd.DataFrame, factor: int) -> list[Fraction | None]:
    """Return quotients without rounding."""
    sides = zip(terms["numerator"].tolist(), terms["denominator"].tolist(), strict=True)
    return [None if part is None or not area else part * factor / area for part, area in sides]


def _compared(indicator: str, cell: Control, value: Fraction | None) -> dict[str, Any]:
    return {
        "indicator": indicator, "edition": cell.edition, "place": cell.place, "value": plain(cell.value),
        "unit": cell.unit, "source": cell.source, "binding": cell.binding, "document": cell.document,
        "met": None if value is None else value >= cell.canonical,
    }  # fmt: skip


class _Reports:
    """The newest report of each basis of each contract."""

    def __init__(self, tables: Tables, contracts: Contracts) -> None:
        reports = tables.investment_report
        self.newest = {basis: newest_reports(reports, contracts, basis) for basis in ("REPORTED", "VERIFIED")}
        self.values = {name: objects(reports[name]) for name in {*COUNTED, *COMPONENTS, "total_wan"}}
        self.on = reports["reported_on"]
        self.source = origin(reports, np.arange(len(reports)))

    def sides(self, contract: int) -> dict[str, Any]:
        """Return the amounts of the newest reported and the newest verified report, each with date and source."""
        found: dict[str, Any] = {}
        for basis, rows in self.newest.items():
            name, row = basis.lower(), int(rows[contract])
            day = None if row < 0 else self.on.iloc[row].date()
            counted = None if row < 0 else self._sum(COUNTED, row)
            if row >= 0 and counted is None:
                counted = figure(self.values["total_wan"][row])
            found |= {
                f"{name}_wan": counted, f"{name}_ex_land_wan": None if row < 0 else self._sum(COMPONENTS, row),
                f"{name}_on": day, f"{name}_source": "" if row < 0 else self.source[row],
            }  # fmt: skip
        return found

    def _sum(self, names: tuple[str, ...], row: int) -> Decimal | None:
        return add(figure(self.values[name][row]) for name in names)


def _neighbours(contracts: Contracts) -> tuple[Any, dict[int, set[str]]]:
    """Return which contracts no longer govern any of their parcels, and which of the others name a parcel together."""
    pairs = contracts.pairs
    known = (pairs["parcel"] >= 0).to_numpy() & (contracts.base & (contracts.signed <= contracts.day))[
        pairs["contract"].to_numpy()
    ]
    contract, parcel = pairs["contract"].to_numpy()[known], pairs["parcel"].to_numpy()[known]
    governs = np.zeros(len(contracts.table), dtype=bool)
    governs[contract[contracts.governing[parcel] == contract]] = True
    named = np.zeros(len(contracts.table), dtype=bool)
    named[contract] = True
    superseded = named & ~governs
    live = ~superseded[contract]
    contract, parcel = contract[live], parcel[live]
    several = np.flatnonzero(np.bincount(parcel, minlength=1) > 1)
    shared: dict[int, set[str]] = {}
    together = np.flatnonzero(np.isin(parcel, several))
    by_parcel = pd.Series(contract[together]).groupby(parcel[together]).agg(list)
    for group in by_parcel:
        for one in group:
            shared.setdefault(int(one), set()).update(
                str(contracts.numbers[other]) for other in group if other != one
            )
    return superseded, shared


def _per(part: Decimal | None, area: Decimal | None) -> Decimal | None:
    return None if part is None or area is None else half_up(Fraction(part) * _HA / Fraction(area), 6)


def is_base(kind: str | None) -> bool:
    """Say whether a contract supplies land: its amounts and those of an entry contract are never added."""
    return kind in BASES
