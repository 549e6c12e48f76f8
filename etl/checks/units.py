"""Whole columns whose figures seem to be in another unit than they were read in.

A figure can be compared with another one of the same row: the registered area
with the drawn one, the granted area with the registered areas of its parcels,
the intensity with total investment over area. If hardly any row agrees as
read, and nearly all agree once multiplied by the ratio of two units, the
column looks like that unit. Prices have no second figure; they are held
against what a square metre of land can cost. Nothing is converted.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from etl.checks.limits import tolerances
from etl.coded import floats
from etl.mapping.units import AREA, MONEY
from etl.work import Work

AREA_UNITS = ("㎡", "亩", "公顷", "km²")
RATE_UNITS = {
    "万元/公顷": Fraction(1),
    "万元/亩": Fraction(15),
    "元/㎡": Fraction(1),
    "元/亩": Fraction(15, 10_000),
}
_AREA_COLUMNS = ("registered_area_m2", "granted_area_m2")
Figures = NDArray[np.float64]


def check_units(works: Sequence[Work]) -> None:
    """Report columns that look like another unit, for the layers of one delivery."""
    limits = tolerances()
    contracts = any(work.layer == "contract" for work in works)
    parcels = _registered(works) if contracts else {}  # a million of them, and rarely asked for
    for work in works:
        if work.blocked_by or not len(work.row_no):
            continue
        if work.drawn_m2 is not None and "registered_area_m2" in work.frame.columns:
            declared = floats(work.frame["registered_area_m2"])
            _compare(work, "registered_area_m2", declared, work.drawn_m2, _areas(), "drawn", limits)
        if work.layer == "contract":
            _check_contracts(work, parcels, limits)


def _check_contracts(work: Work, parcels: dict[str, float], limits: dict[str, float]) -> None:
    frame = work.frame
    granted = floats(frame["granted_area_m2"])
    registered = np.array([_total(codes, parcels) for codes in frame["parcel_codes"]], dtype=float)
    _compare(work, "granted_area_m2", granted, registered, _areas(), "registered", limits)
    with np.errstate(divide="ignore", invalid="ignore"):
        reached = floats(frame["total_investment_wan"]) / (granted / 10_000)
        a_metre = floats(frame["price_wan"]) * 10_000 / granted
    _compare(
        work,
        "intensity_wan_per_ha",
        floats(frame["intensity_wan_per_ha"]),
        reached,
        RATE_UNITS,
        "total",
        limits,
    )
    _check_price(work, a_metre, limits)


def _areas() -> dict[str, Fraction]:
    return {name: AREA[name] for name in AREA_UNITS}


def _registered(works: Iterable[Work]) -> dict[str, float]:
    """Return the registered areas of the parcels of a delivery, by code."""
    found: dict[str, float] = {}
    for work in works:
        if work.layer == "parcel" and not work.blocked_by and len(work.row_no):
            areas = floats(work.frame["registered_area_m2"])
            found.update(zip(work.frame["parcel_code"], areas.tolist(), strict=True))
    return found


def _total(codes: Any, parcels: dict[str, float]) -> float:
    """Return the registered area of all parcels of a contract, NaN where one is unknown."""
    named = codes if isinstance(codes, list) else []
    return sum(parcels.get(code, float("nan")) for code in named) if named else float("nan")


def _compare(
    work: Work, column: str, declared: Figures, other: Figures, known: dict[str, Fraction], against: str,
    limits: dict[str, float],
) -> None:  # fmt: skip
    """Report a column that agrees with another figure only in another unit."""
    both = np.isfinite(declared) & np.isfinite(other) & (declared > 0) & (other > 0)
    if both.sum() < limits["unit_least_rows"]:
        return
    ratios = other[both] / declared[both]
    as_read = _agreeing(ratios, Fraction(1), limits)
    best = max(_steps(known), key=lambda step: _agreeing(ratios, step, limits))
    share = _agreeing(ratios, best, limits)
    if share < limits["unit_share"] or as_read > 1 - limits["unit_share"]:
        return
    taken = work.units.get(column)
    work.findings.add(
        "UNIT_LOOKS_LIKE", field=column, value=_name(known, taken, best), unit=_name(known, taken, best),
        taken=_name(known, taken, Fraction(1)), times=str(best), against=against, rows=int(both.sum()),
        share=round(100 * share), share_as_read=round(100 * as_read),
    )  # fmt: skip


def _steps(known: dict[str, Fraction]) -> list[Fraction]:
    """List the ratios of two different units of one dimension."""
    factors = set(known.values())
    return sorted({a / b for a in factors for b in factors if a != b})


def _agreeing(ratios: Figures, step: Fraction, limits: dict[str, float]) -> float:
    """Return the share of rows that agree after multiplying by a ratio of units."""
    return float((np.abs(ratios / float(step) - 1) <= limits["unit_within"]).mean())


def _name(known: dict[str, Fraction], taken: Fraction | None, step: Fraction) -> str:
    """Return the unit that is meant if figures read in one unit have to be multiplied; else the ratio itself."""
    if taken is not None:
        meant = taken * step
        if name := next((name for name, factor in known.items() if factor == meant), None):
            return name
    return f"× {step}"


def _check_price(work: Work, a_metre: Figures, limits: dict[str, float]) -> None:
    """Report prices that are far from what a square metre of land can cost."""
    good = a_metre[np.isfinite(a_metre) & (a_metre > 0)]
    if len(good) < limits["unit_least_rows"]:
        return
    middle = float(np.median(good))
    if limits["price_low_yuan_m2"] <= middle <= limits["price_high_yuan_m2"]:
        return
    taken = work.units.get("price_wan", MONEY["万元"])
    for name in ("元", "万元", "亿元"):
        in_that = middle * float(MONEY[name] / taken)
        if MONEY[name] != taken and limits["price_low_yuan_m2"] <= in_that <= limits["price_high_yuan_m2"]:
            work.findings.add(
                "UNIT_LOOKS_LIKE", field="price_wan", value=name, unit=name,
                taken=next((n for n, factor in MONEY.items() if factor == taken), "–"), times=str(MONEY[name] / taken),
                against="price", rows=len(good), share=100, share_as_read=0,
            )  # fmt: skip
            return
