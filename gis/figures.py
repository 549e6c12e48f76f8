"""Figures as people read them: separators, units, products worked out."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from gis.exact import decimal_text


def number(text: Any) -> str:
    """Return a decimal string with thousands separators; a dash for nothing."""
    if text is None:
        return "—"
    whole, point, rest = str(text).partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.lstrip("-").isdigit() else str(text)


def times(factor: int, value: str) -> str:
    """Return a product as it is worked out by hand: 3 × 5,667.09 = 17,001.27."""
    if factor == 1:
        return number(value)
    return f"{factor} × {number(value)} = {number(decimal_text(Fraction(value) * factor))}"


def sign(left: int, part: str, right: int, whole: str) -> str:
    """Return how left × part compares with right × whole, exactly."""
    one, other = left * Fraction(part), right * Fraction(whole)
    return "<" if one < other else "=" if one == other else ">"


def money_or_area(name: str) -> str:
    """Return the unit of a fact, from the ending of its name."""
    return " m²" if name.endswith("_m2") else " 万元" if name.endswith("_wan") else ""


def as_decimal(text: str) -> Decimal | None:
    """Return a text as a decimal if it is one."""
    return Decimal(text) if text.replace(".", "", 1).lstrip("-").isdigit() else None


def units_in(text: str, lang: str) -> str:
    """Return a sentence with its units of money and land in a language; a wan (万) is 10,000."""
    if lang == "en":
        for unit, said in (("万元/公顷", "wan CNY/ha"), ("万元", "wan CNY")):
            text = text.replace(unit, said)
    return text
