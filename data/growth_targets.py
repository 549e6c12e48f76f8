"""The yearly increase of built-up area that each park has to exceed, by the rules of its place."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from data.rules import Site, builtup_rule


@dataclass(frozen=True, slots=True)
class Target:
    """What one park has to exceed in a year, in m2, and the article that says so."""

    increase_m2: Decimal
    article: str


def growth_targets(rows: Iterable[Mapping[Any, Any]], as_of: dt.date) -> dict[str, Target]:
    """Return the target of each park, by its code.

    Parameters
    ----------
    rows
        Rows of ``growth.sql``. A page shows a run by the rules in force, so that these are the ones that judged.

    Raises
    ------
    RuleNotInForce, InvalidRule
    """
    found: dict[str, Target] = {}
    for row in rows:
        park = row["park_code"]
        if park not in found:
            rule = builtup_rule(as_of, (), Site(park, row["division_code"]))
            share = rule.target_change_m2
            found[park] = Target(Decimal(share.numerator) / share.denominator, rule.cite("target_change_m2"))
    return found
