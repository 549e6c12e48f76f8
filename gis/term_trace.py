"""The trace of a term of a contract, worked out again from the facts that its verdict was read from.

The facts of a contract are stored once, for all its terms (:meth:`gis.promises.Promises.facts`); what was found is
in the row of the term. A trace has the form that :mod:`gis.trace` puts into words.
"""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from gis.exact import decimal_text, plain
from gis.promises import SHOWN, TERMS
from gis.shortfall import IN_CURE

_HA = 10_000
Facts = Mapping[str, Any]
Row = Mapping[Any, Any]


def term_trace(row: Row, facts: Facts, cited: Mapping[str, Any], as_of: dt.date) -> dict[str, Any]:
    """Return the trace of one term.

    Parameters
    ----------
    row
        The columns of the verdict, as :func:`gis.intensity.judge` gives them.
    facts
        The facts of its contract, read from JSON.
    cited
        What each rule of the run says of itself (:meth:`gis.rules.Rule.told`), by its ``ref``.
    as_of
        The day that the verdict is about.
    """
    return _Term(row, facts, as_of).trace(cited[facts["rule"]])


def exact_quotient(facts: Facts, term: str) -> Fraction | None:
    """Return what a contract reaches of a term without rounding: 10,000 CNY a hectare, or floor area over area."""
    part, area = _part(facts, term), _exact(facts["area"])
    if part is None or area is None:
        return None
    return part * (_HA if term == "INTENSITY" else 1) / area


def _exact(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def _part(facts: Facts, term: str) -> Fraction | None:
    """Return what the contract counts as invested, or the floor area that stands."""
    return _exact(facts["floors" if term == "FAR" else "invested"])


class _Term:
    """One term of one contract with what it promises and reaches."""

    def __init__(self, row: Row, facts: Facts, as_of: dt.date) -> None:
        self.row, self.facts, self.today = row, facts, as_of.isoformat()
        self.term, self.deadline = row["term"], facts["deadline"]
        self.area = _exact(facts["area"])
        self.part = _part(facts, self.term)
        self.promised = dict(zip(TERMS, map(_exact, facts["promised"]), strict=True))

    def trace(self, cited: Mapping[str, Any]) -> dict[str, Any]:
        """Return the trace."""
        row, steps = self.row, self._steps()
        for step in steps:
            step[2] = cited["articles"][step[2]]
        made = {
            "k": "intensity",
            "v": row["verdict"],
            "t": self.today,
            "r": self.facts["rule"],
            "f": self._facts(),
            "s": steps,
        }
        made |= {"x": cited["checked"]} if cited["checked"] else {}
        return made | ({"m": list(row["missing"])} if row["missing"] else {})

    def _facts(self) -> list[list[Any]]:
        number, signed, source = self.facts["contract"]
        facts = [
            ["contract", number, signed, source],
            ["contract_area_m2", self.facts["area"] or "@unknown", None, f"@{self.facts['basis']}"],
            ["deadline", self.deadline or "@none", None, source],
        ]
        report = self.facts["report"]
        if report is not None and self.term != "FAR":
            basis, *shown = report[:3]
            facts.append(["report_basis", f"@{basis}", *shown])
            figures = zip(SHOWN, report[3:], strict=True)
            facts += [[name, value, *shown] for name, value in figures if value is not None]
        return facts

    def _steps(self) -> list[list[Any]]:
        row, term, key = self.row, self.term, self.term.lower()
        actual, required = plain(row["actual"]), plain(row["required"])
        steps: list[list[Any]] = []
        if self.area is not None and term != "TOTAL_INVESTMENT":
            sides = decimal_text(self.part), decimal_text(self.area)
            steps.append(["QUOTIENT", 1, key, *sides, actual, row["unit"]])
        if self.promised[term] is None and required is not None:
            steps.append(["DERIVED", 1, key, term, required, row["unit"]])
        due = None if self.deadline is None else int(self.today >= self.deadline)
        steps.append(["DEADLINE", due, "deadline", self.deadline, self.today])
        holds = {"MET": 1, "SHORT": 0}.get(row["verdict"])
        steps.append(["AT_LEAST", holds, key, term, actual, required, row["unit"]])
        return steps + self._follows() if row["verdict"] == "SHORT" else steps

    def _follows(self) -> list[list[Any]]:
        """Return the steps of what follows from a promise that is not kept."""
        row = self.row
        part, whole = self._lacking()
        sides = [decimal_text(part), decimal_text(whole)]
        amounts = [plain(row[name]) for name in ("required", "actual", "shortfall")]
        share, until = plain(row["shortfall_share"]), row["cure_until"]
        steps: list[list[Any]] = [
            ["SHORTFALL", 1, "shortfall", self.term, *amounts, *sides, share, row["unit"]]
        ]
        runs = None if until is None else int(row["cure"] == IN_CURE)
        steps.append(["CURE", runs, "cure", None if until is None else until.isoformat(), self.today])
        if row["no_damages"]:
            return [*steps, ["NO_DAMAGES", None, "shortfall", row["no_damages"]]]
        damages = [self.facts["price"], *sides, plain(row["damages_wan"])]
        return [*steps, ["DAMAGES", int(not runs), "shortfall", *damages]]

    def _lacking(self) -> tuple[Fraction, Fraction]:
        """Return what is lacking, and of how much: of an intensity the amounts on the area judged, which end as decimals."""
        intensity, whole, far = self.promised.values()
        area = self.area or Fraction(0)
        if self.term == "FAR":
            promised = (far or 0) * area
        elif intensity is not None and (self.term == "INTENSITY" or whole is None):
            promised = intensity * area / _HA
        else:
            promised = whole or Fraction(0)
        return promised - (self.part or 0), Fraction(promised)
