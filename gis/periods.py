"""Periods of time as the law counts them, on whole days of Asia/Shanghai."""

import datetime as dt
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from gis.rules import IdleLandRule


def as_days(values: Any) -> Any:
    """Return dates of any kind (text, dates, timestamps, nothing) as an array of ``datetime64[D]``."""
    return pd.to_datetime(pd.Series(values)).to_numpy(dtype="datetime64[D]")


def anniversary(start: Any, years: Fraction | int) -> Any:
    """Return the last day of a period of years, for an array of ``datetime64[D]``.

    The first day is not counted; the period ends with the corresponding day,
    or with the last day of its month where there is none (Civil Code arts.
    201-202). Half a year is six months, counted the same way. ``NaT`` stays ``NaT``.

    Raises
    ------
    ValueError
        The period is no whole number of months: rule files with one are refused.
    """
    months = Fraction(years) * 12
    if months.denominator != 1:
        raise ValueError(f"{years} years are no whole months")
    known = start[~np.isnat(start)]
    if len(known) > 1 and int((known.max() - known.min()).astype(np.int64)) < len(start) // 2:
        # Many parcels start on few days: each day is counted once.
        first = known.min()
        of_day = _after(np.arange(first, known.max() + 1), int(months))
        place = np.where(np.isnat(start), -1, (start - first).astype(np.int64))
        return np.append(of_day, np.datetime64("NaT", "D"))[place]
    return _after(start, int(months))


def _after(start: Any, months: int) -> Any:
    month = start.astype("datetime64[M]")
    month_then = month + months
    last = (month_then + 1).astype("datetime64[D]") - 1
    return np.minimum(
        month_then.astype("datetime64[D]") + (start - month.astype("datetime64[D]")),
        last,
    )


def counted(years: Fraction | int) -> str:
    """Return a period as a trace stores it: ``1`` for a year, ``1/2`` for six months."""
    return str(Fraction(years))


def temporary_use_deadline(arranged_on: dt.date, rule: IdleLandRule) -> dt.date:
    """Return the last day of a temporary use (Measures, Art. 12, third option)."""
    last = anniversary(np.array([arranged_on], dtype="datetime64[D]"), rule.temporary_use_years)
    day: dt.date = last[0].item()
    return day


def temporary_use_over(arranged_on: dt.date, rule: IdleLandRule, on: dt.date) -> bool:
    """Say whether a temporary use has outlived its limit on a day."""
    return on > temporary_use_deadline(arranged_on, rule)


def month_before(day: dt.date) -> dt.date:
    """Return the last day of the month before a day's: lists and progress are told by the month."""
    return day.replace(day=1) - dt.timedelta(days=1)
