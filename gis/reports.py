"""Which investment report decides for a contract, and the newest of each basis.

Reports without a date or a basis: the newest verified report decides, so an undated verified one (or one
without a basis) makes the amounts unknown; an undated reported one does so only while nothing is verified,
since it could decide nothing else.
"""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from gis.columns import coded, figures_at, rows_of
from gis.contracts import Contracts
from gis.periods import as_days

COMPONENTS = ("building_wan", "equipment_wan", "other_wan")
"""What the idle-land ratio counts: no land price, no taxes."""
COUNTED = ("building_wan", "equipment_wan", "land_price_wan")
"""What a contract counts."""


def choose_reports(
    reports: pd.DataFrame, contracts: Contracts, asked: Any
) -> tuple[dict[int, int], dict[int, tuple[str, ...]]]:
    """Return the report that decides for each contract asked about, and why none does.

    The newest verified one, else the newest reported one, over the contract
    and its supplements. Of two on one day the larger amounts count: they are
    cumulative, so the larger is the later.
    """
    wanted = np.zeros(len(contracts.numbers) + 1, dtype=bool)
    wanted[asked] = True
    roots = np.append(contracts.root, -1)
    group = roots[rows_of(reports["contract_no"], contracts.index)]
    when = as_days(reports["reported_on"])
    rows = np.flatnonzero(wanted[group] & (group >= 0) & ~(when > contracts.day))
    basis = _Bases(reports, rows)
    by_contract: dict[int, list[int]] = defaultdict(list)
    for row, root in zip(rows.tolist(), group[rows].tolist(), strict=True):
        by_contract[root].append(row)
    chosen: dict[int, int] = {}
    gaps: dict[int, tuple[str, ...]] = {}
    nothing: list[int] = []
    for contract in asked.tolist():
        mine = by_contract.get(contract, nothing)
        row, gap = basis.only(mine[0]) if len(mine) == 1 else _decide(mine, when, basis, reports)
        chosen[contract] = row
        if gap:
            gaps[contract] = gap
    return chosen, gaps


class _Bases:
    """The basis and the day of the reports asked about."""

    def __init__(self, reports: pd.DataFrame, rows: Any) -> None:
        codes, named = coded(reports["basis"])
        self._basis = dict(zip(rows.tolist(), named[codes[rows]].tolist(), strict=True))
        undated = np.isnat(as_days(reports["reported_on"].iloc[rows]))
        self._undated = dict(zip(rows.tolist(), undated.tolist(), strict=True))

    def __getitem__(self, row: int) -> Any:
        return self._basis[row]

    def only(self, row: int) -> tuple[int, tuple[str, ...]]:
        """Return what a report decides that is the only one of its contract (as :func:`_decide`)."""
        basis, undated = self._basis[row], self._undated[row]
        if undated or basis not in ("VERIFIED", "REPORTED"):
            gap: tuple[str, ...] = ("reported_on",) if undated else ()
            gap += ("basis",) if basis is None else ()
            return -1, gap or ("investment_report",)
        return row, ()


def _decide(rows: list[int], when: Any, basis: Any, reports: pd.DataFrame) -> tuple[int, tuple[str, ...]]:
    verified = [row for row in rows if basis[row] == "VERIFIED" and not np.isnat(when[row])]
    reported = [row for row in rows if basis[row] == "REPORTED" and not np.isnat(when[row])]
    undated = [row for row in rows if np.isnat(when[row]) and (basis[row] == "VERIFIED" or not verified)]
    untyped = [row for row in rows if basis[row] is None]
    decisive = verified or reported
    row = -1
    if decisive:
        newest = max(when[row] for row in decisive)
        row = max(
            (row for row in decisive if when[row] == newest),
            key=lambda row: _amounts(reports, row),
        )
    gap: tuple[str, ...] = ("reported_on",) if undated else ()
    gap += ("basis",) if untyped else ()
    if not rows or (row < 0 and not gap):
        return -1, ("investment_report",)
    return row, gap


def _amounts(reports: pd.DataFrame, row: int) -> tuple[Decimal, ...]:
    """Return what two reports of one day are ordered by: the counted sum, then each figure."""
    names = (*COMPONENTS, "land_price_wan", "land_tax_wan", "total_wan")
    values = [figures_at(reports[name], [row])[0] for name in names]
    counted = sum((value for value in values[:3] if value is not None), Decimal(0))
    return (counted, *(Decimal(-1) if value is None else value for value in values))


def newest_reports(reports: pd.DataFrame, contracts: Contracts, basis: str) -> Any:
    """Return the row of the newest dated report of a basis by the day, over a contract and its supplements.

    -1 where there is none. Of two on one day the larger amounts count, as in :func:`choose_reports`.
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
