"""What each contract promises and what is on record of it: area, investment, floors, deadline, clauses.

Amounts, areas and ratios are whole numbers of one unit (:mod:`gis.whole_numbers`); a figure that is missing is
None, with the name of what is missing.
"""

import datetime as dt
import json
from dataclasses import dataclass
from itertools import pairwise
from json.encoder import encode_basestring as quoted
from typing import Any

import numpy as np
import pandas as pd

from gis.columns import objects, text_array
from gis.contracts import BASES, Contracts
from gis.facts import Tables
from gis.floors import Floors
from gis.periods import as_days
from gis.reports import COUNTED, choose_reports
from gis.tables import origin
from gis.whole_numbers import decimal_texts, shown, sum_of, whole_numbers

JUDGED = (*BASES, "ENTRY")
SHOWN = (*COUNTED, "land_tax_wan", "other_wan", "total_wan")
"""The figures of a report that a trace shows."""
TERMS = {"INTENSITY": "intensity_wan_per_ha", "TOTAL_INVESTMENT": "total_investment_wan", "FAR": "far_min"}
_FIGURES = ("granted_area_m2", "price_wan", "cure_days", *TERMS.values())
_UNSIGNED = ("signed_on",)
_SURVEY_MISSING = ("registered_area_m2",)

Gaps = tuple[str, ...]
Known = tuple[int | None, Gaps]
"""A figure, or None and what is missing for it."""


@dataclass(slots=True)
class Promise:
    """One contract: rows of its parcels, its area, what was invested and built, and its deadline."""

    contract: int
    area: Known
    invested: Known
    floors: Known
    report: int
    deadline: str | None
    no_deadline: Gaps


class Promises:
    """The contracts of a day that are judged."""

    def __init__(self, tables: Tables, as_of: dt.date) -> None:
        self.contracts = contracts = Contracts(tables, as_of)
        self.asked = _in_force(contracts)
        self.parks = text_array(tables.parcel["park_code"]).tolist()
        reports, table = tables.investment_report, tables.contract
        figures = {name: table[name] for name in _FIGURES} | {name: reports[name] for name in SHOWN}
        figures |= {
            "floor": tables.building["floor_area_m2"],
            "registered": tables.parcel["registered_area_m2"],
        }
        self.unit, read = whole_numbers(figures)
        texts = {name: _figures(column) for name, column in figures.items()}
        self.terms, self.unknown, self.stated = {}, {}, {}
        for name in _FIGURES:
            row, unknown = contracts.term(name)
            rows = np.where(unknown, -1, row).tolist()
            self.terms[name], self.stated[name] = _taken([*read[name], None], rows), _taken(texts[name], rows)
            self.unknown[name] = unknown.tolist()
        self.said = [texts[name] for name in SHOWN]
        self.report = {name: read[name] for name in SHOWN}
        self.registered, self.floor = read["registered"], Floors(tables, as_of, read["floor"])
        self.basis, _, unknown = contracts.values("area_basis")
        self.no_basis = unknown.tolist()
        self.clause = contracts.values("shortfall_clause")[0].tolist()
        self._read_days()
        self._read_lists()
        self.reported, self.gaps = choose_reports(reports, contracts, np.array(self.asked, dtype=np.int64))
        self.report_basis = objects(reports["basis"]).tolist()
        self.reported_on = np.datetime_as_string(as_days(reports["reported_on"])).tolist()
        self.report_from = origin(reports, np.arange(len(reports)))
        self.contract_from = origin(table, np.arange(len(table)))

    def _read_days(self) -> None:
        """Read the day from which each contract is judged: its investment deadline, else its completion date."""
        (first, _, no_first), (second, _, no_second) = (
            self.contracts.dates(name) for name in ("invest_by", "complete_by")
        )
        unknown = no_first | (np.isnat(first) & no_second)
        days = np.where(unknown, np.datetime64("NaT", "D"), np.where(np.isnat(first), second, first))
        self.deadline = _texts(days)
        self.no_deadline = [_UNSIGNED if one else ("complete_by",) for one in unknown.tolist()]
        self.signed = _texts(self.contracts.signed)

    def _read_lists(self) -> None:
        pairs, places = self.contracts.pairs, self.contracts.slices.tolist()
        self.codes, self.rows = pairs["code"].to_numpy(dtype=object).tolist(), pairs["parcel"].tolist()
        self.places = list(pairwise(places))

    def of(self, contract: int) -> Promise:
        """Return what is on record about one contract."""
        start, stop = self.places[contract]
        rows = self.rows[start:stop]
        deadline = self.deadline[contract]
        return Promise(
            contract, self._area(contract, rows), self._invested(contract), self.floor.area(rows),
            self.reported.get(contract, -1), deadline, () if deadline else self.no_deadline[contract],
        )  # fmt: skip

    def parcels(self, contract: int) -> tuple[list[str], str | None]:
        """Return the codes that a contract names and the park of the first parcel on record."""
        start, stop = self.places[contract]
        park = next((self.parks[row] for row in self.rows[start:stop] if row >= 0), None)
        return self.codes[start:stop], park

    def term(self, contract: int, name: str) -> Known:
        """Return a figure of a contract."""
        value = self.terms[name][contract]
        if value is not None:
            return value, ()
        return None, _UNSIGNED if self.unknown[name][contract] else (name,)

    def _area(self, contract: int, rows: list[int]) -> Known:
        if self.no_basis[contract]:
            return None, _UNSIGNED
        if self.basis[contract] == "SURVEYED":
            surveyed = sum_of(self.registered[row] if row >= 0 else None for row in rows)
            return (surveyed, ()) if surveyed is not None and surveyed > 0 else (None, _SURVEY_MISSING)
        stated, gap = self.term(contract, "granted_area_m2")
        return (stated, ()) if stated is not None and stated > 0 else (None, gap or ("granted_area_m2",))

    def _invested(self, contract: int) -> Known:
        """Return what was invested as the contract counts it."""
        row, gaps = self.reported.get(contract, -1), self.gaps.get(contract, ())
        if gaps or row < 0:
            return None, gaps or ("investment_report",)
        parts = [self.report[name][row] for name in COUNTED]
        stated = sum_of(parts)
        if stated is None:
            stated = self.report["total_wan"][row]
        if stated is not None:
            return stated, ()
        return None, tuple(name for name, part in zip(COUNTED, parts, strict=True) if part is None)

    def facts(self, promise: Promise, rule: str) -> str:
        """Return the facts of a contract as JSON: what :mod:`gis.term_trace` makes the traces of its terms from."""
        contract, row = promise.contract, promise.report
        kind = self.contracts.kind[contract]
        report = "null"
        if row >= 0:
            figures = ",".join([texts[row] for texts in self.said])
            days = f"{_json(self.report_basis[row])},{_json(_day(self.reported_on[row]))}"
            report = f"[{days},{_json(self.report_from[row] or None)},{figures}]"
        promised = ",".join([self.stated[name][contract] for name in TERMS.values()])
        return (
            f'{{"contract":[{_json(f"{self.contracts.numbers[contract]}|{kind}")},{_json(self.signed[contract])},'
            f'{_json(self.contract_from[contract] or None)}],"basis":{_json(self.basis[contract] or "GRANTED")},'
            f'"area":{self._figure(promise.area[0])},"deadline":{_json(promise.deadline)},"report":{report},'
            f'"invested":{self._figure(promise.invested[0])},'
            f'"promised":[{promised}],"floors":{self._figure(promise.floors[0])},'
            f'"price":{self.stated["price_wan"][contract]},"rule":{_json(rule)}}}'
        )

    def _figure(self, number: int | None) -> str:
        return "null" if number is None else f'"{shown(number, self.unit)}"'


def _figures(column: pd.Series) -> list[str]:
    """Return figures as JSON has them, as text; nothing recorded at the end."""
    return [*("null" if text is None else f'"{text}"' for text in decimal_texts(column)), "null"]


def _taken(values: list[Any], rows: list[int]) -> list[Any]:
    return [values[row] for row in rows]


def _json(text: str | None) -> str:
    return "null" if text is None else quoted(text) if isinstance(text, str) else json.dumps(str(text))


def _day(text: str) -> str | None:
    return None if text == "NaT" else text


def _texts(days: Any) -> list[str | None]:
    return [_day(text) for text in np.datetime_as_string(days).tolist()]


def _in_force(contracts: Contracts) -> list[int]:
    """Return the contracts signed by the day, and those whose signing has no date, by number."""
    there = np.isin(contracts.kind.astype(str), JUDGED) & ~(contracts.signed > contracts.day)
    return sorted(np.flatnonzero(there).tolist(), key=lambda row: str(contracts.numbers[row]))
