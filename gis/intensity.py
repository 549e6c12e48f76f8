"""Investment intensity, total investment and floor-area ratio against what each contract promises.

What the contract counts: buildings, equipment and the land price. The land
price is *in* here and *out* of the idle-land ratio; neither figure is ever
derived from the other. Only a contract is judged: what official tables say is
shown beside it (:mod:`gis.accounts`).
"""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from gis.columns import objects, text_array
from gis.contracts import BASES, Contracts
from gis.exact import decimal_text, figure, half_up, plain, total
from gis.facts import Tables
from gis.floors import Floors, Side
from gis.periods import as_days
from gis.reports import COUNTED, choose_reports
from gis.rules import IntensityRule
from gis.shortfall import COLUMNS as SHORTFALL_COLUMNS
from gis.shortfall import IN_CURE, Shortfall, Shortfalls, columns_of
from gis.tables import frame_of, origin

COLUMNS = (
    "contract_no", "term", "park_code", "parcel_codes", "verdict", "actual", "numerator", "denominator", "required", "unit", "rate",
    "basis", "threshold_source", "binding", "missing", *SHORTFALL_COLUMNS, "trace",
)  # fmt: skip
JUDGED = (*BASES, "ENTRY")
_SHOWN = (*COUNTED, "land_tax_wan", "other_wan", "total_wan")
UNITS = {"INTENSITY": "万元/公顷", "TOTAL_INVESTMENT": "万元", "FAR": "1"}
_TERM = {"INTENSITY": "intensity_wan_per_ha", "TOTAL_INVESTMENT": "total_investment_wan", "FAR": "far_min"}
_HA = 10_000
_READ = ("granted_area_m2", "total_investment_wan", "intensity_wan_per_ha", "far_min", "area_basis")


def judge(tables: Tables, rule: IntensityRule, as_of: dt.date) -> pd.DataFrame:
    """Judge each term of each contract signed by a day.

    Parameters
    ----------
    tables
        What is on record; nothing filtered by day. Areas in square metres, money in 10,000 CNY (万元).
    rule
        The rule in force on ``as_of``.
    as_of
        The day the question is asked about.

    Returns
    -------
    pandas.DataFrame
        One row a contract and term, by contract number; columns ``COLUMNS``. ``actual``, ``required`` and
        ``rate`` are ``Decimal`` (quotients half-up to 6 decimals) or None; the comparison is exact.
        ``numerator`` and ``denominator`` are what ``actual`` is made of, as exact fractions: 10,000 CNY over square
        metres, floor area over area, or the amount alone.
    """
    judged = _Judge(tables, rule, as_of)
    rows = [row for contract in judged.contracts_in_force() for row in judged.terms(contract)]
    return frame_of(rows, COLUMNS)


class _Judge:
    """The contracts, reports and floors of one day."""

    def __init__(self, tables: Tables, rule: IntensityRule, as_of: dt.date) -> None:
        self.tables, self.rule = tables, rule
        self.contracts = Contracts(tables, as_of)
        self.today = as_of.isoformat()
        self.read = {name: self.contracts.values(name) for name in _READ}
        self.deadlines = [(name, *self.contracts.dates(name)) for name in ("invest_by", "complete_by")]
        self.registered = objects(tables.parcel["registered_area_m2"])
        self.parks = text_array(tables.parcel["park_code"])
        self.from_contract = origin(tables.contract, np.arange(len(tables.contract)))
        asked = np.flatnonzero(np.isin(self.contracts.kind.astype(str), JUDGED))
        self.reports, self.gaps = choose_reports(tables.investment_report, self.contracts, asked)
        self.from_report = origin(tables.investment_report, np.arange(len(tables.investment_report)))
        report = tables.investment_report
        self.report = {name: objects(report[name]).tolist() for name in (*_SHOWN, "basis")}
        self.reported_on = as_days(report["reported_on"])
        self.floors = Floors(tables, as_of)
        self.shortfalls = Shortfalls(self.contracts, rule, as_of)
        self.codes = self.contracts.pairs["code"].to_numpy(dtype=object)
        self.rows = self.contracts.pairs["parcel"].to_numpy()

    def contracts_in_force(self) -> list[int]:
        """Return the contracts signed by the day, and those whose signing has no date, by number."""
        contracts = self.contracts
        there = np.isin(contracts.kind.astype(str), JUDGED) & ~(contracts.signed > contracts.day)
        return sorted(np.flatnonzero(there).tolist(), key=lambda row: str(contracts.numbers[row]))

    def terms(self, contract: int) -> list[dict[str, Any]]:
        """Return the rows of one contract."""
        start, stop = self.contracts.slices[contract : contract + 2]
        codes, rows = self.codes[start:stop].tolist(), self.rows[start:stop].tolist()
        area = self._area(contract, rows)
        invested, basis = self._invested(contract)
        required = self._required(contract, area)
        actual = {
            "INTENSITY": _per(invested, area, _HA),
            "TOTAL_INVESTMENT": Side(invested.value, invested.missing, invested.value),
            "FAR": _per(self.floors.area(rows), area, 1),
        }
        day, why = self._deadline(contract)
        parks = [self.parks[row] for row in rows if row >= 0]
        common = {
            "contract_no": self.contracts.numbers[contract], "parcel_codes": codes,
            "park_code": parks[0] if parks else None, "threshold_source": "CONTRACT", "binding": True,
        }  # fmt: skip
        made = []
        for term, unit in UNITS.items():
            shown = "" if term == "FAR" else basis
            found = self._verdict(contract, actual[term], required[term], day, why)
            lacking = None
            if found["verdict"] == "SHORT":
                lacking = self.shortfalls.of(contract, term, actual[term], required[term], str(day))
            facts = self._facts(contract, term, area, basis, day)
            exact = {"numerator": actual[term].numerator, "denominator": actual[term].denominator}
            made.append(
                common | {"term": term, "unit": unit, "basis": shown} | exact | found | columns_of(lacking)
            )
            made[-1]["trace"] = self._trace(term, made[-1], facts, actual[term], required[term], day, lacking)
        return made

    def _term(self, contract: int, name: str) -> tuple[Decimal | None, str]:
        """Return a figure of a contract, or what is missing for it."""
        values, _, unknown = self.read[name]
        if unknown[contract]:
            return None, "signed_on"
        value = figure(values[contract])
        return value, "" if value is not None else name

    def _area(self, contract: int, rows: list[int]) -> Side:
        basis, _, unknown = self.read["area_basis"]
        if unknown[contract]:
            return Side(None, ("signed_on",))
        if basis[contract] == "SURVEYED":
            sum_of = total(figure(self.registered[row]) if row >= 0 else None for row in rows)
            valid = sum_of is not None and sum_of > 0
            return Side(sum_of if valid else None, () if valid else ("registered_area_m2",))
        stated, gap = self._term(contract, "granted_area_m2")
        if stated is None or stated <= 0:
            return Side(None, (gap or "granted_area_m2",))
        return Side(Fraction(stated))

    def _invested(self, contract: int) -> tuple[Side, str]:
        """Return what was invested as the contract counts it, and the basis of the report."""
        row, gaps = self.reports.get(contract, -1), self.gaps.get(contract, ())
        basis = "" if row < 0 else str(self.report["basis"][row])
        if gaps or row < 0:
            return Side(None, gaps or ("investment_report",)), basis
        parts = {name: figure(self.report[name][row]) for name in COUNTED}
        stated = total(parts.values())
        if stated is not None:
            return Side(stated), basis
        whole = figure(self.report["total_wan"][row])
        absent = tuple(name for name, part in parts.items() if part is None)
        return (Side(None, absent) if whole is None else Side(Fraction(whole))), basis

    def _required(self, contract: int, area: Side) -> dict[str, Side]:
        """Return what the contract requires; a total or an intensity that it lacks follows from the other."""
        promised = {}
        for term, name in _TERM.items():
            stated, gap = self._term(contract, name)
            promised[term] = Side(Fraction(stated)) if stated is not None else Side(None, (gap,))
        whole, intensity = promised["TOTAL_INVESTMENT"], promised["INTENSITY"]
        if intensity.missing == ("intensity_wan_per_ha",):
            found = _per(whole, area, _HA)
            promised["INTENSITY"] = Side(found.value, found.missing, found.numerator, found.denominator, True)
        if whole.missing == ("total_investment_wan",):
            missing = (*intensity.missing, *area.missing)
            value = None
            if intensity.value is not None and area.value is not None:
                value = intensity.value * area.value / _HA
            elif intensity.value is None:
                missing = whole.missing
            promised["TOTAL_INVESTMENT"] = Side(value, missing, derived=True)
        return promised

    def _deadline(self, contract: int) -> tuple[str | None, str]:
        """Return the day from which the contract is judged, or what is missing for it."""
        for _, days, row, unknown in self.deadlines:
            if unknown[contract]:
                return None, "signed_on"
            if row[contract] >= 0:
                return str(days[contract]), ""
        return None, "complete_by"

    def _verdict(
        self, contract: int, actual: Side, required: Side, day: str | None, why: str
    ) -> dict[str, Any]:
        signed = not np.isnat(self.contracts.signed[contract])
        known = actual.value is not None and required.value is not None
        met = known and actual.value >= required.value  # type: ignore[operator]
        missing = [] if signed else ["signed_on"]
        if not signed or day is None:
            code = "UNDETERMINED"
            missing += [why] if why else []
        elif met:
            code = "MET"
        elif self.today < day:
            code = "NOT_DUE"
        else:
            code = "SHORT" if known else "UNDETERMINED"
        if code == "UNDETERMINED":
            missing += [*actual.missing, *required.missing]
        rate = None
        if known and required.value:
            rate = half_up(actual.value / required.value, 6)  # type: ignore[operator]
        return {
            "verdict": code, "actual": _rounded(actual.value), "required": _rounded(required.value),
            "rate": rate, "missing": sorted(set(missing)),
        }  # fmt: skip

    def _facts(self, contract: int, term: str, area: Side, basis: str, day: str | None) -> list[list[Any]]:
        contracts = self.contracts
        signed = None if np.isnat(contracts.signed[contract]) else str(contracts.signed[contract])
        source = self.from_contract[contract] or None
        facts = [["contract", f"{contracts.numbers[contract]}|{contracts.kind[contract]}", signed, source]]
        basis_of = self.read["area_basis"][0][contract] or "GRANTED"
        facts.append(["contract_area_m2", decimal_text(area.value) or "@unknown", None, f"@{basis_of}"])
        facts.append(["deadline", day or "@none", None, source])
        row = self.reports.get(contract, -1)
        if row >= 0 and term != "FAR":
            on, origin_of = str(self.reported_on[row]), self.from_report[row] or None
            facts.append(["report_basis", f"@{basis}", on, origin_of])
            values = [(name, plain(figure(self.report[name][row]))) for name in _SHOWN]
            facts += [[name, value, on, origin_of] for name, value in values if value is not None]
        return facts

    def _trace(
        self,
        term: str,
        found: dict[str, Any],
        facts: list[list[Any]],
        actual: Side,
        required: Side,
        day: str | None,
        lacking: Shortfall | None,
    ) -> dict[str, Any]:
        code = found["verdict"]
        holds = {"MET": 1, "SHORT": 0}.get(code)
        steps: list[list[Any]] = []
        if actual.denominator is not None:
            sides = decimal_text(actual.numerator), decimal_text(actual.denominator)
            steps.append(["QUOTIENT", 1, term.lower(), *sides, plain(found["actual"]), found["unit"]])
        if required.derived and required.value is not None:
            steps.append(["DERIVED", 1, term.lower(), term, plain(found["required"]), found["unit"]])
        steps.append(
            ["DEADLINE", None if day is None else int(self.today >= day), "deadline", day, self.today]
        )
        values = plain(found["actual"]), plain(found["required"]), found["unit"]
        steps.append(["AT_LEAST", holds, term.lower(), term, *values])
        if lacking is not None:
            steps += self._follows(term, found, lacking)
        for step in steps:
            step[2] = self.rule.cite(step[2])
        made = {"k": "intensity", "v": code, "t": self.today, "r": self.rule.ref, "f": facts, "s": steps}
        made |= {"x": self.rule.checked} if self.rule.checked else {}
        return made | ({"m": found["missing"]} if found["missing"] else {})

    def _follows(self, term: str, found: dict[str, Any], lacking: Shortfall) -> list[list[Any]]:
        """Return the steps of what follows from a promise that is not kept."""
        amounts = [plain(found[name]) for name in ("required", "actual", "shortfall")]
        sides = [decimal_text(lacking.part), decimal_text(lacking.whole)]
        share = plain(found["shortfall_share"])
        steps: list[list[Any]] = [["SHORTFALL", 1, "shortfall", term, *amounts, *sides, share, found["unit"]]]
        until = None if lacking.cure_until is None else lacking.cure_until.isoformat()
        runs = None if until is None else int(lacking.cure == IN_CURE)
        steps.append(["CURE", runs, "cure", until, self.today])
        if lacking.no_damages:
            return [*steps, ["NO_DAMAGES", None, "shortfall", lacking.no_damages]]
        price, damages = plain(lacking.price_wan), plain(lacking.damages_wan)
        return [*steps, ["DAMAGES", int(not runs), "shortfall", price, *sides, damages]]


def _per(part: Side, area: Side, factor: int) -> Side:
    if part.value is None or area.value is None:
        return Side(None, (*part.missing, *area.missing), part.value, area.value)
    return Side(part.value * factor / area.value, (), part.value, area.value)


def _rounded(value: Fraction | None) -> Decimal | None:
    return None if value is None else Decimal(plain(value) or "0")
