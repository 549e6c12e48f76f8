"""Rates of a zone (土地利用率): every ratio with both sides, None with a reason, above 1 shown and flagged."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gis.definitions import DEFINITIONS
from gis.exact import exact_decimal, half_up

RATE_COLUMNS = (
    "park_code",
    "zone_part",
    "rate",
    "value",
    "numerator",
    "denominator",
    "unit",
    "over",
    "reason",
)
_HA = 10_000
_PLACES = 6
# rate -> codes added above, codes added below
_OF_AREAS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "development_rate": (("A", "B21"), ("A", "B")),
    "supply_rate": (("D",), ("A", "B21")),
    "built_rate": (("A",), ("D",)),
    "built_share": (("A",), ("A", "B")),
    "industrial_rate": (("A2",), ("A",)),
    "high_tech_rate": (("H",), ("A",)),
    "idle_rate": (("G",), ("D",)),
}
# rate -> figure above, land state below
_OF_FIGURES: dict[str, tuple[str, str]] = {
    "comprehensive_far": ("floor_m2", "A"),
    "building_density": ("footprint_m2", "A"),
    "industrial_far": ("industrial_floor_m2", "A2"),
    "industrial_intensity": ("cumulative_investment_wan", "A2"),
    "comprehensive_tax": ("tax_wan", "A"),
    "population_density": ("population", "A"),
}
_PER_HECTARE = ("industrial_intensity", "comprehensive_tax", "population_density")
RATES = (*_OF_AREAS, *_OF_FIGURES)


@dataclass(frozen=True, slots=True)
class Zone:
    """What is known of one zone or part of one: areas by code in m2, and figures by name.

    ``reasons`` says why an area or a figure is not there.
    """

    areas: Mapping[str, Decimal | None]
    figures: Mapping[str, Decimal | None]
    reasons: Mapping[str, str]


def rates(zone: Zone) -> list[dict[str, Any]]:
    """Return every rate of a zone, in the order of ``RATES``, without park and part.

    ``value`` is half-up to 6 decimals, the comparison with 1 exact; ``over``
    is a share above 1 (built on land that was never supplied, or a fault of
    the record), never clipped. development x supply x built = built_share.
    """
    made = []
    for name in RATES:
        above, below = _sides(name, zone)
        factor = _HA if name in _PER_HECTARE else 1
        gaps = [*above[1], *below[1]]
        value = None
        if not gaps and not below[0]:
            gaps = ["ZERO_DENOMINATOR"]
        if not gaps:
            value = half_up(above[0] * factor / below[0], _PLACES)
        unit = DEFINITIONS[name].unit
        over = not gaps and unit == "1" and not name.endswith("_far") and above[0] > below[0]
        made.append({
            "rate": name, "value": value, "numerator": None if above[1] else exact_decimal(above[0]),
            "denominator": None if below[1] else exact_decimal(below[0]), "unit": unit, "over": over,
            "reason": ";".join(dict.fromkeys(gaps)),
        })  # fmt: skip
    return made


def zone_type(
    areas: Mapping[str, Decimal | None], park_name: str, industrial: Fraction, residential: Fraction
) -> str | None:
    """Return the type of a zone by its industrial and residential shares; None where they are not known.

    ``INDUSTRY`` (工业主导型), ``INTEGRATED`` (产城融合型) or ``OTHER``; a bonded or export-processing zone is
    always the first. The thresholds are shares of A (evaluation practice of 2015 to 2016).
    """
    if "保税" in park_name or "加工区" in park_name:
        return "INDUSTRY"
    a, a1, a2 = (areas.get(code) for code in ("A", "A1", "A2"))
    if a is None or a1 is None or a2 is None or a <= 0:
        return None
    works, lives = Fraction(a2) > industrial * Fraction(a), Fraction(a1) >= residential * Fraction(a)
    if works and not lives:
        return "INDUSTRY"
    return "INTEGRATED" if lives and not works else "OTHER"


def _sides(name: str, zone: Zone) -> tuple[tuple[Fraction, list[str]], tuple[Fraction, list[str]]]:
    if name in _OF_AREAS:
        above, below = _OF_AREAS[name]
        return _sum(above, zone.areas, zone.reasons), _sum(below, zone.areas, zone.reasons)
    figure, state = _OF_FIGURES[name]
    return _sum((figure,), zone.figures, zone.reasons), _sum((state,), zone.areas, zone.reasons)


def _sum(
    names: tuple[str, ...], known: Mapping[str, Decimal | None], reasons: Mapping[str, str]
) -> tuple[Fraction, list[str]]:
    total, gaps = Fraction(0), []
    for name in names:
        value = known.get(name)
        if value is None:
            gaps.append(f"{name}:{reasons.get(name) or 'NOT_ON_RECORD'}")
        else:
            total += Fraction(value)
    return total, gaps
