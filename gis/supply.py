"""Since when each parcel is supplied land (已供应国有建设用地)."""

import datetime as dt

import numpy as np
import pandas as pd

from gis.contracts import Contracts
from gis.facts import Tables


def first_supply(tables: Tables, as_of: dt.date) -> pd.DataFrame:
    """Return the first day on which a grant, allocation or lease of each parcel was signed.

    Returns
    -------
    pandas.DataFrame
        In the order of ``tables.parcel``: ``supplied_on`` (``datetime64[s]``; NaT where no dated contract
        was signed by the day) and ``supply_unknown`` (a contract has no date, or no type).
    """
    contracts = Contracts(tables, as_of)
    known = contracts.pairs[contracts.pairs["parcel"] >= 0]
    parcel, contract = known["parcel"].to_numpy(), known["contract"].to_numpy()
    counts = (contracts.base & (contracts.signed <= contracts.day))[contract]
    never = np.iinfo(np.int64).max
    first = np.full(len(contracts.parcels), never, dtype=np.int64)
    np.minimum.at(first, parcel[counts], contracts.signed[contract[counts]].astype(np.int64))
    some = first < never
    days = np.where(some, np.where(some, first, 0).astype("datetime64[D]"), np.datetime64("NaT", "D"))
    return pd.DataFrame({"supplied_on": days.astype("datetime64[s]"), "supply_unknown": contracts.undated})
