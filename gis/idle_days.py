"""The days of idle land: since when it is idle, for how long, and when time alone makes it worse."""

from typing import Any

import numpy as np

from gis.exact import FALSE
from gis.findings import NOT_A_DAY, Findings


def calendar(found: Findings) -> tuple[list[Any], Any, Any]:
    """Return first idle day, idle days (both ends counted), and the next day on which it worsens."""
    first, second, stalled = found.first_last + 1, found.second_last + 1, found.stalled_last + 1
    not_commenced = found.has("IDLE_NOT_COMMENCED")
    idle_from = np.where(
        not_commenced,
        first,
        np.where(found.has("MAY_BE_IDLE"), stalled, NOT_A_DAY),
    )
    days = (found.day - idle_from).astype("timedelta64[D]").astype(np.int64) + 1
    worse = np.select(
        [
            found.has("NOT_DUE"),
            found.has("OVERDUE"),
            not_commenced & ~found.second_band,
            _may_stall(found),
        ],
        [found.due + 1, first, second, stalled],
        NOT_A_DAY,
    )
    known = ~np.isnat(idle_from)
    counted = np.full(len(known), None, dtype=object)
    counted[known] = days[known]
    return idle_from.tolist(), counted, worse


def _may_stall(found: Findings) -> Any:
    """Say which suspensions under a year get worse by time alone: not those with both ratios high enough."""
    young = found.has("SUSPENDED_UNDER_1Y")
    rows = np.flatnonzero(young)
    contracts = found.contracts.governing[rows]
    asked = np.fromiter((contract in found.areas for contract in contracts.tolist()), bool, len(rows))
    high = np.zeros(len(rows), dtype=bool)
    lows = [ratios.lows(contracts[asked]) for ratios in (found.areas, found.investments)]
    high[asked] = (lows[0] == FALSE) & (lows[1] == FALSE)
    young[rows] = ~high
    return young
