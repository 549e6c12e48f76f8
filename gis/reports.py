"""The newest investment report of one basis, for each contract."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from gis.columns import coded, figures_at, rows_of
from gis.contracts import Contracts
from gis.periods import as_days

_AMOUNTS = ("building_wan", "equipment_wan", "land_price_wan", "other_wan", "land_tax_wan", "total_wan")


def newest_reports(reports: pd.DataFrame, contracts: Contracts, basis: str) -> Any:
    """Return the row of the newest dated report of a basis by the day, over a contract and its supplements.

    -1 where there is none. Of two on one day the larger amounts count: they are cumulative. Reports without a
    date are none: :func:`gis.ratios.choose_reports` says what they leave unknown.
    """
    found = np.full(len(contracts.table), -1, dtype=np.int64)
    group = np.append(contracts.root, -1)[rows_of(reports["contract_no"], contracts.index)]
    when = as_days(reports["reported_on"])
    codes, named = coded(reports["basis"])
    mine = np.flatnonzero((group >= 0) & (when <= contracts.day) & (named[codes] == basis))
    order = mine[np.argsort(when[mine], kind="stable")]
    found[group[order]] = order
    tied = mine[(when[mine] == when[found[group[mine]]]) & (found[group[mine]] != mine)]
    for row in tied.tolist():
        best = int(found[group[row]])
        if _amounts(reports, row) > _amounts(reports, best):
            found[group[row]] = row
    return found


def _amounts(reports: pd.DataFrame, row: int) -> tuple[Decimal, ...]:
    values = [figures_at(reports[name], [row])[0] for name in _AMOUNTS]
    return (
        sum((value or Decimal(0) for value in values[:3]), Decimal(0)),
        *(value or Decimal(-1) for value in values),
    )
