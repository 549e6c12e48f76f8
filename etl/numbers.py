"""Exact numbers as text."""

from decimal import ROUND_HALF_UP, Decimal

_MILLIONTH = Decimal("0.000001")


def text_of(value: Decimal | int | None) -> str | None:
    """Return an exact number in plain digits without trailing zeros; nothing for nothing."""
    if value is None:
        return None
    text = format(Decimal(value), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def quotient_text(value: Decimal | None) -> str | None:
    """Return a quotient rounded half-up to six decimals, without trailing zeros."""
    return None if value is None else text_of(value.quantize(_MILLIONTH, ROUND_HALF_UP))
