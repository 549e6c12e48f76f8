"""What a promise that is not kept costs: shortfall, the time to cure it, and damages by the contract's own clause.

    shortfall share = (required - actual) / required
    damages         = price x shortfall share      (only where the contract has the clause)

The figures are exact; damages are rounded half-up to the places of the rule. Terms of one contract have each
their own shortfall: they are alternatives, never added.
"""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gis.exact import half_up
from gis.promises import Promises
from gis.rules import IntensityRule
from gis.whole_numbers import millionths, shown

IN_CURE, OVER, NO_TERM = "IN_CURE", "OVER", "NO_TERM"
NO_CLAUSE, CLAUSE_UNKNOWN, NO_PRICE, OTHER_CLAUSE = "NO_CLAUSE", "CLAUSE_UNKNOWN", "NO_PRICE", "OTHER_CLAUSE"
COLUMNS = ("shortfall", "shortfall_share", "damages_wan", "no_damages", "cure", "cure_until")
NOTHING = (None, None, None, "", "", None)
"""The columns where the promise is kept, not due or cannot be judged."""

Ratio = tuple[int, int]
"""A fraction: a number, and one above zero that divides it."""


class Shortfalls:
    """The clauses of the contracts of a day about what happens when a promise is not kept."""

    def __init__(self, promises: Promises, rule: IntensityRule, as_of: dt.date) -> None:
        self.promises, self.rule, self.as_of = promises, rule, as_of

    def of(self, contract: int, term: str, actual: Ratio, required: Ratio, deadline: str) -> tuple[Any, ...]:
        """Return the columns ``COLUMNS`` of a term that is not kept: ``required`` is larger than ``actual``."""
        reached, promised = actual[0] * required[1], required[0] * actual[1]  # over the same whole
        lacking, whole = promised - reached, actual[1] * required[1]
        price = self.promises.terms["price_wan"][contract]
        why = self._why(term, contract, price)
        damages = None
        if not why and price is not None and promised > 0:
            cost = Fraction(price * lacking, promised * self.promises.unit)
            damages = half_up(cost, self.rule.damages_places)
        # Of a promise of nothing there is no share, though less than nothing was reached.
        share = Decimal(shown(millionths(lacking, promised))) if promised > 0 else None
        cure, until = self._time(contract, deadline)
        return Decimal(shown(millionths(lacking, whole))), share, damages, why, cure, until

    def _why(self, term: str, contract: int, price: int | None) -> str:
        """Say why there is no amount; nothing if there is one."""
        clause = self.promises.clause[contract]
        if term == "FAR":  # the clause on record is that of the investment
            return OTHER_CLAUSE
        if clause is None or clause == "":
            return CLAUSE_UNKNOWN
        if not clause:
            return NO_CLAUSE
        return "" if price is not None and price > 0 else NO_PRICE

    def _time(self, contract: int, deadline: str) -> tuple[str, dt.date | None]:
        """Say whether the time to cure still runs, and return its last day."""
        days, unit = self.promises.terms["cure_days"][contract], self.promises.unit
        if days is None or days % unit or days < 0:
            return NO_TERM, None
        start = dt.date.fromisoformat(deadline)
        if days // unit > (dt.date.max - start).days:
            return NO_TERM, None  # no number of days that a calendar holds
        until = start + dt.timedelta(days // unit)
        return (IN_CURE if self.as_of <= until else OVER), until
