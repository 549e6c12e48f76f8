"""Units of area, money and money by area, converted exactly.

``parse_unit`` knows what people write; a factor is a fraction, so that a mu
is 2000/3 square metres and not 666.67.
"""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache

AREA = {
    "m2": Fraction(1), "㎡": Fraction(1), "m²": Fraction(1), "平方米": Fraction(1), "平米": Fraction(1),
    "平方公尺": Fraction(1), "sqm": Fraction(1),
    "公顷": Fraction(10_000), "ha": Fraction(10_000), "hm2": Fraction(10_000), "hm²": Fraction(10_000),
    "亩": Fraction(2000, 3), "mu": Fraction(2000, 3), "畝": Fraction(2000, 3),
    "km2": Fraction(1_000_000), "km²": Fraction(1_000_000), "平方公里": Fraction(1_000_000),
    "平方千米": Fraction(1_000_000), "万平方米": Fraction(10_000), "万㎡": Fraction(10_000), "万m2": Fraction(10_000),
}  # fmt: skip
MONEY = {
    "元": Fraction(1), "元人民币": Fraction(1), "yuan": Fraction(1), "cny": Fraction(1), "rmb": Fraction(1),
    "千元": Fraction(1_000), "万元": Fraction(10_000), "万元人民币": Fraction(10_000), "wan": Fraction(10_000),
    "万": Fraction(10_000), "百万元": Fraction(1_000_000), "亿元": Fraction(100_000_000), "亿": Fraction(100_000_000),
}  # fmt: skip
# MJDW of the registration tables is a code in some deliveries.
AREA_CODES = {"1": "㎡", "2": "亩", "3": "公顷"}
PLACES = Decimal("0.000001")


def dimension_of(column: str) -> tuple[str, Fraction] | None:
    """Return dimension and base of a canonical column, by the unit in its name."""
    if column.endswith("_wan_per_ha"):
        return "rate", Fraction(1)  # 10,000 yuan a hectare: yuan a square metre
    if column.endswith("_m2"):
        return "area", Fraction(1)
    if column.endswith("_ha"):
        return "area", Fraction(10_000)
    return ("money", Fraction(10_000)) if "_wan" in column else None


def _tidy(unit: str) -> str:
    return unicodedata.normalize("NFKC", unit).strip().lower().replace(" ", "").strip("()[]【】:")


@cache
def factor(unit: str, dimension: str) -> Fraction | None:
    """Return how many base units (m², yuan, yuan per m²) one unit is; ``None`` if it is none of that dimension."""
    said = _tidy(unit)
    if dimension == "rate":
        money, slash, area = said.replace("每", "/").partition("/")
        above, below = MONEY.get(money), AREA.get(area) or AREA.get(_tidy(area))
        return above / below if slash and above and below else None
    table = AREA if dimension == "area" else MONEY
    plain = {_tidy(name): value for name, value in table.items()}
    return plain.get(said)


def base_name(column: str) -> str:
    """Return the unit of a canonical column as people write it."""
    dimension = dimension_of(column)
    if dimension is None:
        return ""
    return {"rate": "万元/公顷", "money": "万元"}.get(
        dimension[0], "公顷" if column.endswith("_ha") else "㎡"
    )


@cache
def unit_in_header(header: str, dimension: str) -> str | None:
    """Return the unit that a header states in brackets or at its end, as 面积（公顷）, 用地面积_亩 or AREA_HA."""
    plain = unicodedata.normalize("NFKC", header)
    for found in re.findall(r"[(\[【]([^)\]】]+)[)\]】]?", plain):
        for part in (found, *re.split(r"[,，:：;；]", found)):
            if factor(part.strip().removeprefix("单位").lstrip(":： "), dimension) is not None:
                return str(part)
    return _unit_at_end(plain.strip(), dimension)


def _unit_at_end(header: str, dimension: str) -> str | None:
    """Return the longest unit that a header ends with: after a separator, or after a Chinese word."""
    if dimension == "rate":
        found = _RATE_END.search(header)
        return found[1] if found and factor(found[1], "rate") is not None else None
    table = AREA if dimension == "area" else MONEY
    for name in sorted((unicodedata.normalize("NFKC", n) for n in table), key=len, reverse=True):
        before = header[: -len(name)]
        if not header.lower().endswith(name.lower()) or not before or name == "万":
            continue
        separated = re.search(r"[\s_\-:/,、.·]$", before) is not None
        after_word = re.search(r"[\u4e00-\u9fff]$", before) is not None and not before.endswith(("单", "每"))
        if separated or after_word:
            return header[-len(name) :]
    return None


_RATE_END = re.compile(r"((?:百万|千|万|亿)?元(?:/|每)(?:公顷|亩|平方米|平米|平方公里|hm2|ha|m2|mu))$", re.I)


def convert(number: Decimal, times: Fraction, into: Fraction) -> tuple[Decimal, bool]:
    """Return a number in another unit, and whether that is exact within six decimals.

    Where the quotient does not end, it is rounded half-up to six decimals.
    """
    exact = Fraction(number) * times / into
    result = Decimal(exact.numerator) / Decimal(exact.denominator)
    if Fraction(result) == exact and -result.as_tuple().exponent <= 6:  # type: ignore[operator]
        return tidy(result), True
    whole = exact * 1_000_000
    rounded = (abs(whole) * 2 + 1) // 2 * (1 if whole >= 0 else -1)
    return tidy(Decimal(rounded).scaleb(-6)), False


def tidy(number: Decimal) -> Decimal:
    """Return a number without trailing zeros and without an exponent, so that equal figures have one form."""
    if number == number.to_integral_value():
        return number.quantize(Decimal(1), rounding=ROUND_HALF_UP) if number else Decimal(0)
    return number.normalize()
