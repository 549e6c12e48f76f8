"""A disagreement of sources in a sentence: who says what, what the other source shows, how far apart they are."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gis.exact import half_up, plain
from gis.figures import number
from gis.words import word
from gis.words_crosscheck import EXPLANATIONS, KINDS, NEXT_STEPS, PLACES, SIDE, SIDES, SLIPS, SUSPICIONS

_M2_OF_MU = Fraction(2_000, 3)


def tell_disagreement(row: Mapping[str, Any], lang: str) -> str:
    """Return the sentence about one row with the columns of :mod:`gis.disagreements`."""
    en = lang == "en"
    one, other = SIDES.get(row["kind"], SIDE)
    parts = [
        f"{word(SUSPICIONS, row['suspicion'], lang)}{': ' if en else '：'}{word(KINDS, row['kind'], lang)}",
        _side(one[en], row["said"], row["said_on"], row["said_source"], row["unit"], lang),
        _side(other[en], row["found"], row["found_on"], row["found_source"], row["unit"], lang),
        how_far(row, lang),
        word(SLIPS, row["slip"], lang) if row["slip"] else word(EXPLANATIONS, row["explanation"], lang),
        word(NEXT_STEPS, row["next_step"], lang),
    ]
    return ("; " if en else "；").join(part for part in parts if part) + ("." if en else "。")


def source_word(source: str, lang: str) -> str:
    """Return where a figure comes from; the name of a file or a reporter as it is."""
    return word(PLACES, source, lang) if source in PLACES else source


def _side(name: str, value: Decimal | None, day: Any, source: str, unit: str, lang: str) -> str:
    said = "" if value is None else quantity(value, unit, lang)
    where = f"[{source_word(source, lang)}]" if source else ""
    told = " ".join(part for part in (said, "" if day is None else str(day), where) if part)
    return f"{name} {told}" if told else ""


def quantity(value: Decimal, unit: str, lang: str) -> str:
    """Return a figure with its unit; areas in mu as well, half-up to 2 decimals."""
    en = lang == "en"
    if unit == "SHARE":
        share = number(plain(value * 100))
        return f"{share} % of the parcel built on" if en else f"建成 {share} %"
    if unit == "WAN":
        return f"{number(plain(value))} × 10,000 CNY" if en else f"{number(plain(value))} 万元"
    mu = number(plain(half_up(Fraction(value) / _M2_OF_MU, 2)))
    area = number(plain(half_up(Fraction(value), 2)))
    return f"{area} m² ({mu} mu)" if en else f"{area} ㎡（{mu} 亩）"


def how_far(row: Mapping[str, Any], lang: str) -> str:
    """Return how far the two sides are apart: days, size, ratio."""
    en = lang == "en"
    parts = []
    if row["days"] is not None:
        parts.append(f"{number(row['days'])} days" if en else f"相隔 {number(row['days'])} 天")
    if row["size"] is not None and row["kind"] != "REPEATED_AMOUNT":
        apart = quantity(row["size"], row["unit"], lang)
        ratio = "" if row["ratio"] is None else number(plain(half_up(Fraction(row["ratio"]), 2)))
        parts.append(f"apart by {apart}" if en else f"相差 {apart}")
        if ratio:
            parts.append(f"{ratio} times" if en else f"为对照值的 {ratio} 倍")
    return (", " if en else "，").join(parts)
