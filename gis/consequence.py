"""What follows from idle land: whose cause it is, which path the law takes, and the fee.

What a cause row without a date does. Without ``from_on`` nobody can say
whether its interval meets the span: once verified it makes the cause
unknown, hence pending. ``verified_by`` without ``verified_on`` is a
verification without its date: the same. Neither of the two is a mere claim:
it is not verified, decides nothing, and is listed as missing its verification.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from gis.columns import choose, rows_of, text_array
from gis.contracts import Contracts
from gis.exact import half_up, total
from gis.facts import Tables
from gis.periods import as_days
from gis.ratios import Ratios
from gis.rules import IdleLandRule

PENDING, ENTERPRISE = "CAUSE_PENDING", "ENTERPRISE"


@dataclass(frozen=True, slots=True)
class Causes:
    """The cause of each parcel ("" where none is asked for) and why it is what it is.

    ``row`` is the cause row that decides; ``flags`` holds per parcel what a
    reader has to know: mixed causes, claims, land-use doubts.
    """

    cause: Any
    row: Any
    flags: dict[int, list[str]]
    missing: dict[int, list[str]]


def find_causes(tables: Tables, rule: IdleLandRule, as_of: np.datetime64, span_start: Any) -> Causes:
    """Return the cause of idleness of each parcel whose span has a start.

    Parameters
    ----------
    span_start
        The commencement date or the start of the suspension, for each parcel
        as ``datetime64[D]``; NaT where no cause is asked for.
    """
    table, parcels = tables.idle_cause, tables.parcels
    parcel = rows_of(table["parcel_code"], parcels)
    start = np.append(span_start, np.datetime64("NaT", "D"))[parcel]
    since, until, verified = (as_days(table[name]) for name in ("from_on", "to_on", "verified_on"))
    meets = (parcel >= 0) & ~np.isnat(start) & ~(since > as_of) & ~(until < start)
    by = np.array([name is not None for name in text_array(table["verified_by"])], dtype=bool)
    rows: dict[int, list[int]] = {}
    for row in np.flatnonzero(meets).tolist():
        rows.setdefault(int(parcel[row]), []).append(row)
    kind = text_array(table["cause"])
    result = Causes(
        np.array([PENDING, ""], dtype=object)[np.isnat(span_start).astype(np.int8)],
        np.full(len(parcels), -1, dtype=np.int64),
        {},
        {},
    )
    estate = _real_estate(tables.parcel, rule, list(rows))
    for number, mine in rows.items():
        known = [row for row in mine if verified[row] <= as_of]
        doubtful = [row for row in mine if np.isnat(verified[row]) and by[row]]
        claims = [row for row in mine if np.isnat(verified[row]) and not by[row]]
        _decide(result, number, known, doubtful, claims, kind, since, estate[number])
    return result


def _decide(
    result: Causes, number: int, known: list[int], doubtful: list[int], claims: list[int],
    kind: Any, since: Any, estate: bool | None,
) -> None:  # fmt: skip
    flags, missing = (
        result.flags.setdefault(number, []),
        result.missing.setdefault(number, []),
    )
    flags += [f"CLAIM:{kind[row]}" for row in claims]
    missing += ["verified_on"] if claims or doubtful else []
    missing += ["cause"] if any(kind[row] is None for row in known) else []
    if any(kind[row] == "PREPARATORY" for row in known + doubtful):
        if estate is False:  # the exception is made for real-estate land only
            flags.append("NOT_REAL_ESTATE")
            known = [row for row in known if kind[row] != "PREPARATORY"]
            doubtful = [row for row in doubtful if kind[row] != "PREPARATORY"]
        elif estate is None:
            flags.append("REAL_ESTATE_UNKNOWN")
            missing.append("landuse_code")
    uncertain = doubtful or any(np.isnat(since[row]) or kind[row] is None for row in known)
    if uncertain or not known:
        return
    own = [kind[row] == ENTERPRISE for row in known]
    if all(own):
        result.cause[number] = ENTERPRISE
        result.row[number] = max(known, key=lambda row: since[row])
    elif any(own):
        flags.append("MIXED")
    else:
        row = max(known, key=lambda row: (since[row], kind[row]))
        result.row[number] = row
        result.cause[number] = f"GOVERNMENT:{kind[row]}" if kind[row].startswith("G") else kind[row]


def _real_estate(parcel: pd.DataFrame, rule: IdleLandRule, asked: list[int]) -> dict[int, bool | None]:
    """Say for some parcels whether each is real-estate land; None where its use or scheme is not known."""
    schemes: Mapping[str, Sequence[str]] = rule.real_estate_landuse
    pairs = zip(
        asked,
        text_array(parcel["landuse_code"].iloc[asked]),
        text_array(parcel["landuse_scheme"].iloc[asked]),
        strict=True,
    )
    return {
        number: None
        if code is None or scheme not in schemes
        else str(code).startswith(tuple(schemes[scheme]))
        for number, code, scheme in pairs
    }


def paths(not_commenced: Any, may_be_idle: Any, second_band: Any, cause: Any) -> Any:
    """Return the path of the law for each parcel: Art. 12 never charges a fee (Art. 12, last paragraph).

    ``not_commenced`` and ``may_be_idle`` say which parcels have these verdicts.
    """
    own, excused = np.zeros(len(cause), dtype=bool), np.zeros(len(cause), dtype=bool)
    idle = np.flatnonzero(not_commenced)
    own[idle] = cause[idle] == ENTERPRISE
    excused[idle] = ~own[idle] & (cause[idle] != PENDING)
    return choose([(may_be_idle | excused, "ART12"), (own & ~second_band, "FEE"), (own, "RECOVERY")], "NONE")


@dataclass(frozen=True, slots=True)
class Fee:
    """The fee of one parcel in 10,000 CNY, what it was computed from, and what is missing."""

    fee_wan: Decimal | None
    price_wan: Decimal | None
    whole_wan: Decimal | None
    area_m2: Decimal | None
    areas_m2: Fraction | None
    missing: tuple[str, ...]


def fees(asked: Any, contracts: Contracts, ratios: Ratios, rule: IdleLandRule) -> dict[int, Fee]:
    """Return the fee of each parcel asked about (rows of the parcel table, with a governing contract).

    The whole fee is a share of the contract's price; each parcel of the
    contract bears its part by registered area, the last by code the rest,
    whether or not the others are idle.
    """
    governing = contracts.governing[asked]
    prices = contracts.figures("price_wan", governing)
    found: dict[int, Fee] = {}
    shared: dict[int, dict[int, Fee]] = {}
    for parcel, contract, price in zip(asked.tolist(), governing.tolist(), prices, strict=True):
        if contract not in shared:
            base = None if contracts.lease[contract] else price
            shared[contract] = _share(base, ratios, contract, rule)
        found[parcel] = shared[contract][parcel]
    return found


def _share(price: Decimal | None, ratios: Ratios, contract: int, rule: IdleLandRule) -> dict[int, Fee]:
    named = ratios.parcels(contract)
    if price is None:
        return {row: Fee(None, None, None, None, None, ("price_wan",)) for _, row in named}
    whole = half_up(Fraction(price) * rule.fee_share, rule.fee_places)
    if len(named) == 1:
        return {named[0][1]: Fee(whole, price, whole, None, None, ())}
    areas = [ratios.area_of(row) for _, row in named]
    sum_of = total(areas)
    if sum_of is None or sum_of <= 0:
        gap = ("registered_area_m2",)
        return {row: Fee(None, price, whole, None, None, gap) for _, row in named}
    result: dict[int, Fee] = {}
    rest = whole
    for number, ((_, row), area) in enumerate(zip(named, areas, strict=True)):
        last = number == len(named) - 1
        part = rest if last else half_up(Fraction(whole) * Fraction(area or 0) / sum_of, rule.fee_places)
        rest -= part
        result[row] = Fee(part, price, whole, area, sum_of, ())
    return result
