"""Slips of units (单位差错): two figures that are apart by exactly what two units are apart."""

from decimal import Decimal
from fractions import Fraction

FACTORS: dict[str, Fraction] = {
    "10000": Fraction(10_000),  # 元 for 万元, m2 for hectares
    "666.67": Fraction(2_000, 3),  # m2 for 亩
    "15": Fraction(15),  # 亩 for hectares
}


def slip(said: Decimal, other: Decimal, share: Fraction) -> str:
    """Return the factor by which a figure is too large (``x10000``) or too small (``/10000``) beside another.

    "" where the ratio is near to none, or a figure is not above 0. ``share`` is how far from a factor
    the ratio may be, as a share of the factor.
    """
    if said <= 0 or other <= 0:
        return ""
    for sign, ratio in (("x", Fraction(said) / Fraction(other)), ("/", Fraction(other) / Fraction(said))):
        for name, factor in FACTORS.items():
            if abs(ratio - factor) <= share * factor:
                return f"{sign}{name}"
    return ""
