"""Days that are left out of a counted period, where a rule says so (what-if: 政府原因期间不计入)."""

import datetime as dt
from fractions import Fraction
from typing import Any

import numpy as np

from gis.columns import rows_of, text_array
from gis.facts import Tables
from gis.periods import anniversary, as_days
from gis.rules import IdleLandRule

_OWN = "ENTERPRISE"


def period_end(tables: Tables, rule: IdleLandRule, as_of: dt.date, start: Any, years: Fraction | int) -> Any:
    """Return the last day of a period after each start, moved by the days that the rule leaves out.

    ``start`` is ``datetime64[D]``, one a parcel; NaT stays NaT.
    """
    last = anniversary(start, years)
    return last + paused_days(tables, rule, np.datetime64(as_of, "D"), start)


def paused_days(tables: Tables, rule: IdleLandRule, day: np.datetime64, start: Any) -> Any:
    """Return how many days after each start, up to the day, lie in a verified cause that is not the enterprise's.

    Days of overlapping causes count once. All zero unless the rule stops the
    clock: the law is silent, so nothing is left out by itself.
    """
    days = np.zeros(len(start), dtype=np.int64)
    if not rule.government_cause_stops_clock:
        return days
    causes = tables.idle_cause
    parcel = rows_of(causes["parcel_code"], tables.parcels)
    since, until, verified = (as_days(causes[name]) for name in ("from_on", "to_on", "verified_on"))
    kind = text_array(causes["cause"]).astype(str)
    counts = (parcel >= 0) & (verified <= day) & (since <= day) & (kind != _OWN) & (kind != "None")
    spans: dict[int, list[tuple[int, int]]] = {}
    for row in np.flatnonzero(counts).tolist():
        number = int(parcel[row])
        if np.isnat(start[number]):
            continue
        first = max(since[row], start[number] + 1)
        last = day if np.isnat(until[row]) else min(until[row], day)
        spans.setdefault(number, []).append((int(first.astype(np.int64)), int(last.astype(np.int64))))
    for number, intervals in spans.items():
        days[number] = _covered(intervals)
    return days


def _covered(intervals: list[tuple[int, int]]) -> int:
    """Return how many whole days some intervals cover, both ends included."""
    total, reached = 0, None
    for first, last in sorted(intervals):
        begin = first if reached is None else max(first, reached + 1)
        if last >= begin:
            total += last - begin + 1
            reached = last
    return total
