"""Exact figures: recorded decimals are compared by multiplying crosswise; no float decides."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact
from fractions import Fraction
from typing import Any

import numpy as np

TRUE, FALSE, UNKNOWN = 1, 0, -1
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
_SUM = Context(prec=1_000, traps=[Inexact])  # a sum is exact, or it is an error


def figure(value: Any) -> Decimal | None:
    """Return a recorded figure as a decimal; None where nothing is recorded.

    A float is taken as the shortest decimal that prints it: 2499.99 is
    2499.99, not its binary neighbour.
    """
    if value is None or isinstance(value, Decimal):
        return None if value is None or value.is_nan() else value
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else Decimal(repr(float(value)))
    if isinstance(value, int | np.integer):
        return Decimal(int(value))
    return Decimal(value) if isinstance(value, str) and value.strip() else None


def figures(values: Iterable[Any]) -> Any:
    """Return recorded figures as an object array of ``Decimal`` or None."""
    listed = [figure(value) for value in values]
    found = np.empty(len(listed), dtype=object)
    found[:] = listed
    return found


def reaches_share(done: Decimal | None, of: Decimal | None, share: Fraction) -> bool:
    """Say whether ``done`` is at least a share of ``of``; a missing figure does not reach it."""
    if done is None or of is None:
        return False
    return Fraction(done) * share.denominator >= Fraction(of) * share.numerator


def half_up(value: Fraction, places: int) -> Decimal:
    """Return a fraction rounded half away from zero to some decimal places."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-places, context=_WIDE)


def plain(value: Decimal | Fraction | int | None, places: int = 6) -> str | None:
    """Return a figure as a decimal string without trailing zeros; a quotient is rounded half-up."""
    if value is None:
        return None
    number = half_up(value, places) if isinstance(value, Fraction) else Decimal(value)
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def exact_decimal(value: Fraction) -> Decimal:
    """Return a fraction that is a sum or product of decimals as the decimal that it is."""
    return _WIDE.divide(Decimal(value.numerator), Decimal(value.denominator))


def decimal_text(value: Fraction | None) -> str | None:
    """Return a sum of decimals as the decimal string that it is, without rounding."""
    return None if value is None else plain(exact_decimal(value))


def add(parts: Iterable[Decimal | None]) -> Decimal | None:
    """Return the exact sum of figures; None if one is missing or there are none."""
    listed = list(parts)
    if not listed or any(part is None for part in listed):
        return None
    found = Decimal(0)
    for part in listed:
        found = _SUM.add(found, part or 0)
    return found


def total(parts: Iterable[Decimal | None]) -> Fraction | None:
    """Return the sum of :func:`add` as a fraction."""
    found = add(parts)
    return None if found is None else Fraction(found)
