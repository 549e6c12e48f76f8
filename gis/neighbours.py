"""Contracts that name the same parcels: which of them still govern one, and which share one."""

from typing import Any

import numpy as np
import pandas as pd

from gis.contracts import Contracts


def neighbours(contracts: Contracts) -> tuple[Any, dict[int, set[str]]]:
    """Return which contracts no longer govern any of their parcels, and which of the others name a parcel together."""
    pairs = contracts.pairs
    known = (pairs["parcel"] >= 0).to_numpy() & (contracts.base & (contracts.signed <= contracts.day))[
        pairs["contract"].to_numpy()
    ]
    contract, parcel = pairs["contract"].to_numpy()[known], pairs["parcel"].to_numpy()[known]
    governs = np.zeros(len(contracts.table), dtype=bool)
    governs[contract[contracts.governing[parcel] == contract]] = True
    named = np.zeros(len(contracts.table), dtype=bool)
    named[contract] = True
    superseded = named & ~governs
    live = ~superseded[contract]
    contract, parcel = contract[live], parcel[live]
    several = np.flatnonzero(np.bincount(parcel, minlength=1) > 1)
    shared: dict[int, set[str]] = {}
    together = np.flatnonzero(np.isin(parcel, several))
    by_parcel = pd.Series(contract[together]).groupby(parcel[together]).agg(list)
    for group in by_parcel:
        for one in group:
            shared.setdefault(int(one), set()).update(
                str(contracts.numbers[other]) for other in group if other != one
            )
    return superseded, shared
