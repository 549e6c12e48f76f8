"""SDG indicator 11.3.1: how fast land is built on, against how fast people come (土地消耗率与人口增长率之比)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from itertools import pairwise

from gis.exact import half_up

_WIDE = Context(prec=40)
_PLACES = 6


@dataclass(frozen=True, slots=True)
class Consumption:
    """The indicator between two years: rates a year, their ratio, built-up square metres a person at the end."""

    from_year: int
    to_year: int
    land_consumption_rate: Decimal | None
    population_growth_rate: Decimal | None
    consumption_ratio: Decimal | None
    builtup_per_person: Decimal | None
    reason: str


def consumption(
    builtup_m2: Mapping[int, Decimal], population: Mapping[int, Decimal], least_growth: Fraction
) -> list[Consumption]:
    """Return the indicator for each two surveyed years that follow one another.

    LCR = (V2 - V1) / V1 / y, arithmetic; PGR = ln(P2 / P1) / y, logarithmic: the
    asymmetry is part of the method (metadata of SDG 11.3.1). The ratio is
    None where the population does not grow by at least ``least_growth`` a
    year: near zero or below it means nothing.

    Parameters
    ----------
    builtup_m2
        Built-up area by year, all on one boundary.
    population
        Residents by year; years without a figure are left out.
    """
    years = sorted(builtup_m2)
    return [_between(y1, y2, builtup_m2, population, least_growth) for y1, y2 in pairwise(years)]


def _between(
    y1: int, y2: int, built: Mapping[int, Decimal], people: Mapping[int, Decimal], least: Fraction
) -> Consumption:
    v1, v2, p1, p2 = built[y1], built[y2], people.get(y1), people.get(y2)
    span, reason = y2 - y1, ""
    lcr = (Fraction(v2) - Fraction(v1)) / Fraction(v1) / span if v1 > 0 else None
    pgr = None
    if p1 is None or p2 is None:
        reason = "NO_POPULATION"
    elif p1 <= 0 or p2 <= 0:
        reason = "ZERO_POPULATION"
    else:
        pgr = Fraction(_WIDE.divide(_WIDE.ln(_WIDE.divide(p2, p1)), Decimal(span)))
    ratio = None
    if lcr is None:
        reason = reason or "ZERO_BUILTUP"
    elif pgr is not None and pgr < least:
        reason = "POPULATION_DOES_NOT_GROW"
    elif pgr is not None:
        ratio = lcr / pgr
    per_person = Fraction(v2) / Fraction(p2) if p2 is not None and p2 > 0 else None
    return Consumption(y1, y2, _shown(lcr), _shown(pgr), _shown(ratio), _shown(per_person), reason)


def _shown(value: Fraction | None) -> Decimal | None:
    return None if value is None else half_up(value, _PLACES)
