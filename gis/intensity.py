"""Investment intensity, total investment and floor-area ratio against what each contract promises.

What the contract counts: buildings, equipment and the land price. The land
price is *in* here and *out* of the idle-land ratio; neither figure is ever
derived from the other. Only a contract is judged: what official tables say is
shown beside it (:mod:`gis.accounts`).
"""

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd

from gis.facts import Tables
from gis.promises import TERMS, Gaps, Known, Promise, Promises
from gis.rules import IntensityRule
from gis.shortfall import COLUMNS as SHORTFALL_COLUMNS
from gis.shortfall import NOTHING, Ratio, Shortfalls
from gis.whole_numbers import millionths, shown

COLUMNS = (
    "contract_no", "term", "park_code", "parcel_codes", "verdict", "actual", "required", "unit", "rate",
    "basis", "threshold_source", "binding", "missing", *SHORTFALL_COLUMNS, "facts",
)  # fmt: skip
UNITS = {"INTENSITY": "万元/公顷", "TOTAL_INVESTMENT": "万元", "FAR": "1"}
_HA = 10_000
_NOTHING_MISSING: list[str] = []

Side = tuple[Ratio | None, Gaps]
"""One side of a comparison: an exact fraction, or None and what is missing for it."""


def judge(
    tables: Tables, rule: IntensityRule, as_of: dt.date, promises: Promises | None = None
) -> pd.DataFrame:
    """Judge each term of each contract signed by a day.

    Parameters
    ----------
    tables
        What is on record; nothing filtered by day. Areas in square metres, money in 10,000 CNY (万元).
    rule
        The rule in force on ``as_of``.
    as_of
        The day the question is asked about.
    promises
        What is on record about the contracts of these tables and this day, if it has been read already.

    Returns
    -------
    pandas.DataFrame
        One row a contract and term, by contract number; columns ``COLUMNS``. ``actual``, ``required`` and
        ``rate`` are ``Decimal`` (quotients half-up to 6 decimals) or None; the comparison is exact.
        ``facts`` is JSON, the same for all terms of a contract: :mod:`gis.term_trace` makes the trace from it.
    """
    judged = _Judge(promises or Promises(tables, as_of), rule, as_of)
    for contract in judged.promises.asked:
        judged.add(contract)
    return judged.frame()


class _Judge:
    """Judges one contract after another and keeps the columns of what it finds."""

    def __init__(self, promises: Promises, rule: IntensityRule, as_of: dt.date) -> None:
        self.promises = promises
        self.unit, self.rule, self.today = self.promises.unit, rule, as_of.isoformat()
        self.shortfalls = Shortfalls(self.promises, rule, as_of)
        self.contracts: list[tuple[Any, ...]] = []
        self.rows: list[tuple[Any, ...]] = []

    def add(self, contract: int) -> None:
        """Judge the terms of one contract."""
        promises = self.promises
        promise = promises.of(contract)
        area, paid = promise.area, promise.invested
        intensity, whole = self._required(contract, area)
        sides = {
            "INTENSITY": (_per(paid, area, _HA), intensity),
            "TOTAL_INVESTMENT": (self._plain(paid), whole),
            "FAR": (_per(promise.floors, area, 1), self._plain(promises.term(contract, "far_min"))),
        }
        for term, (actual, required) in sides.items():
            self.rows.append(self._judged(promise, term, actual, required))
        basis = "" if promise.report < 0 else str(promises.report_basis[promise.report])
        self.contracts.append(
            (promises.contracts.numbers[contract], *promises.parcels(contract), basis, promises.facts(promise, self.rule.ref))
        )  # fmt: skip

    def _plain(self, known: Known) -> Side:
        value, missing = known
        return (None if value is None else (value, self.unit)), missing

    def _required(self, contract: int, area: Known) -> tuple[Side, Side]:
        """Return the intensity and the total that a contract requires; one that it lacks follows from the other."""
        intensity, whole = (
            self.promises.term(contract, TERMS[term]) for term in ("INTENSITY", "TOTAL_INVESTMENT")
        )
        promised = self._plain(intensity), self._plain(whole)
        if intensity[1] == ("intensity_wan_per_ha",):
            promised = _per(whole, area, _HA), promised[1]
        if whole[1] == ("total_investment_wan",) and intensity[0] is not None:
            total = None if area[0] is None else (intensity[0] * area[0], _HA * self.unit * self.unit)
            promised = promised[0], (total, area[1])
        return promised

    def _judged(self, promise: Promise, term: str, actual_side: Side, required_side: Side) -> tuple[Any, ...]:
        """Return verdict, actual, required, rate, missing and the columns of a shortfall."""
        actual, required = actual_side[0], required_side[0]
        signed, day = self.promises.signed[promise.contract] is not None, promise.deadline
        rate, reached, promised = None, -1, 0
        if actual is not None and required is not None:
            reached, promised = actual[0] * required[1], required[0] * actual[1]
            rate = _rate(reached, promised)
        missing = _NOTHING_MISSING
        lacking: tuple[Any, ...] = NOTHING
        if not signed or day is None:
            code = "UNDETERMINED"
        elif actual is not None and required is not None and reached >= promised:
            code = "MET"
        elif self.today < day:
            code = "NOT_DUE"
        elif actual is not None and required is not None:
            code = "SHORT"
            lacking = self.shortfalls.of(promise.contract, term, actual, required, day)
        else:
            code = "UNDETERMINED"
        if code == "UNDETERMINED":
            unsigned: Gaps = () if signed else ("signed_on",)
            missing = sorted({*unsigned, *promise.no_deadline, *actual_side[1], *required_side[1]})
        return code, _decimal(actual), _decimal(required), rate, missing, *lacking

    def frame(self) -> pd.DataFrame:
        """Return what was found as a table."""
        terms, count = len(UNITS), len(self.contracts)
        columns: dict[str, list[Any]] = {
            "term": [*UNITS] * count, "unit": [*UNITS.values()] * count,
            "threshold_source": ["CONTRACT"] * (terms * count), "binding": [True] * (terms * count),
        }  # fmt: skip
        of_contract = ("contract_no", "parcel_codes", "park_code", "basis", "facts")
        for name, values in zip(of_contract, _columns(self.contracts, len(of_contract)), strict=True):
            columns[name] = [value for value in values for _ in range(terms)]
        columns["basis"] = [
            "" if term == "FAR" else basis for term, basis in zip(columns["term"], columns["basis"], strict=True)
        ]  # fmt: skip
        of_term = ("verdict", "actual", "required", "rate", "missing", *SHORTFALL_COLUMNS)
        columns |= dict(zip(of_term, _columns(self.rows, len(of_term)), strict=True))
        return pd.DataFrame({name: pd.Series(columns[name], dtype=object) for name in COLUMNS})


def _columns(rows: list[tuple[Any, ...]], count: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(count)]


def _per(part: Known, area: Known, factor: int) -> Side:
    if part[0] is None or area[0] is None:
        return None, (*part[1], *area[1])
    return (part[0] * factor, area[0]), ()


def _decimal(value: Ratio | None) -> Decimal | None:
    return None if value is None else Decimal(shown(millionths(*value)))


def _rate(reached: int, promised: int) -> Decimal | None:
    """Return reached / promised; None of a promise of nothing."""
    if promised == 0:
        return None
    sign = 1 if promised > 0 else -1
    return Decimal(shown(millionths(sign * reached, sign * promised)))
