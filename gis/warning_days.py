"""Warnings before a date: how near the next change by time alone is (预警)."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def warning_levels(next_due: Any, day: np.datetime64, levels: Sequence[int]) -> Any:
    """Return the level of the warning that holds on a day, for each parcel; None where none does.

    Parameters
    ----------
    next_due
        The first day of the next stage, ``datetime64[D]``: the day after the agreed date or after the
        last day of a period. ``NaT`` where time alone changes nothing.
    levels
        Days before the date, as the rule states them (90, 60, 30).

    Returns
    -------
    numpy.ndarray
        The smallest level that the days left until the date (the last day before the change) do not
        exceed: with 61 days left 90, with 60 days left 60, on the date itself 30. Never an
        accusation: a date that has passed gives None.
    """
    known = ~np.isnat(next_due)
    left = np.where(known, (next_due - 1 - day).astype("timedelta64[D]").astype(np.int64), -1)
    found = np.full(len(left), None, dtype=object)
    for level in sorted(levels, reverse=True):
        found[known & (left >= 0) & (left <= level)] = int(level)
    return found
