"""What a promise that is not kept costs: shortfall, the time to cure it, and damages by the contract's own clause.

    shortfall share = (required - actual) / required
    damages         = price x shortfall share      (only where the contract has the clause)

The figures are exact; damages are rounded half-up to the places of the rule. Terms of one contract have each
their own shortfall: they are alternatives, never added.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gis.contracts import Contracts
from gis.exact import figure, half_up
from gis.floors import Side
from gis.rules import IntensityRule

_HA = 10_000
IN_CURE, OVER, NO_TERM = "IN_CURE", "OVER", "NO_TERM"
NO_CLAUSE, CLAUSE_UNKNOWN, NO_PRICE, OTHER_CLAUSE = "NO_CLAUSE", "CLAUSE_UNKNOWN", "NO_PRICE", "OTHER_CLAUSE"
COLUMNS = ("shortfall", "shortfall_share", "damages_wan", "no_damages", "cure", "cure_until")


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What is lacking of one term of one contract, and what follows.

    ``part`` of ``whole`` is lacking: of an intensity both are 10,000 CNY on the area judged, so that a share is
    worked out by hand from figures that end. ``no_damages`` says why there is no amount; ``cure`` whether the
    time to cure still runs.
    """

    amount: Fraction
    part: Fraction
    whole: Fraction
    price_wan: Decimal | None
    damages_wan: Decimal | None
    no_damages: str
    cure: str
    cure_until: dt.date | None

    @property
    def share(self) -> Fraction:
        """The share of the promise that is lacking."""
        return self.part / self.whole


class Shortfalls:
    """The clauses of the contracts of a day about what happens when a promise is not kept."""

    def __init__(self, contracts: Contracts, rule: IntensityRule, as_of: dt.date) -> None:
        self.rule, self.as_of = rule, as_of
        self._price, self._clause, self._cure = (
            contracts.values(name)[0] for name in ("price_wan", "shortfall_clause", "cure_days")
        )

    def of(self, contract: int, term: str, actual: Side, required: Side, deadline: str) -> Shortfall:
        """Return what follows from a term that is not kept: both sides are known, and ``required`` is larger."""
        reached, promised = actual.value or Fraction(0), required.value or Fraction(0)
        area = Fraction(1) if actual.denominator is None else actual.denominator
        scale = area / _HA if term == "INTENSITY" else area
        amount = promised - reached
        price = figure(self._price[contract])
        why = self._why(term, self._clause[contract], price)
        damages = None
        if not why and price is not None:
            damages = half_up(Fraction(price) * amount / promised, self.rule.damages_places)
        cure, until = self._time(contract, dt.date.fromisoformat(deadline))
        return Shortfall(amount, amount * scale, promised * scale, price, damages, why, cure, until)

    @staticmethod
    def _why(term: str, clause: Any, price: Decimal | None) -> str:
        if term == "FAR":  # the clause on record is that of the investment
            return OTHER_CLAUSE
        if clause is None or clause == "":
            return CLAUSE_UNKNOWN
        if not clause:
            return NO_CLAUSE
        return "" if price is not None and price > 0 else NO_PRICE

    def _time(self, contract: int, deadline: dt.date) -> tuple[str, dt.date | None]:
        days = figure(self._cure[contract])
        last = (dt.date.max - deadline).days
        if days is None or days != days.to_integral_value() or not 0 <= days <= last:
            return NO_TERM, None  # no number of days that a calendar holds
        until = deadline + dt.timedelta(int(days))
        return (IN_CURE if self.as_of <= until else OVER), until


def columns_of(found: Shortfall | None) -> dict[str, Any]:
    """Return the columns of a verdict; None where the promise is kept, not due or cannot be judged."""
    if found is None:
        return dict.fromkeys(COLUMNS) | {"no_damages": "", "cure": ""}
    return {
        "shortfall": half_up(found.amount, 6), "shortfall_share": half_up(found.share, 6),
        "damages_wan": found.damages_wan, "no_damages": found.no_damages, "cure": found.cure,
        "cure_until": found.cure_until,
    }  # fmt: skip
