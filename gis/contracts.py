"""Which contract governs a parcel on a day, and what its terms are then.

Rows are addressed by number: a fact keeps the row that it was read from, so
that its source can be shown. -1 means that there is no row.

What a contract row without a date does. A base contract without
``signed_on`` may have been signed before or after the day and before or after
the others: it may be the governing one, so the governing contract is unknown,
and where no other contract was signed by the day even the supply is. A
supplement without ``signed_on`` may be the newest that states a term: each
term that it states is unknown, the others are untouched. A row without a
``contract_type`` may be a base contract, and counts as one without a date.
"""

import datetime as dt
from functools import cached_property
from typing import Any, cast

import numpy as np
import pandas as pd

from gis.facts import Tables
from gis.periods import as_days

BASES = ("GRANT", "ALLOCATION", "LEASE")


def text_array(column: pd.Series) -> Any:
    """Return a text column as an object array with None where nothing is recorded."""
    values: Any = column.to_numpy(dtype=object).copy()
    values[column.isna().to_numpy() | (values == "")] = None
    return values


class Contracts:
    """The contracts of a set of parcels, as they stand on a day."""

    def __init__(self, tables: Tables, as_of: dt.date) -> None:
        self.table = tables.contract
        self.day = np.datetime64(as_of, "D")
        self.numbers = tables.contract["contract_no"].to_numpy(dtype=object)
        self.index = pd.Index(self.numbers)
        self.kind = text_array(tables.contract["contract_type"])
        self.signed = as_days(tables.contract["signed_on"])
        self.parcels = pd.Index(tables.parcel["parcel_code"])
        self.base = np.isin(self.kind.astype(str), BASES)
        self.supplement = self.kind == "SUPPLEMENT"
        self._terms: dict[str, tuple[Any, Any]] = {}

    @cached_property
    def root(self) -> Any:
        """The contract that each row belongs to: itself, or what a supplement changes, followed through.

        The chain is read off the record whatever its dates: ``amends`` says
        where a supplement belongs, its date says from when. -1 for a
        supplement without a valid ``amends``.
        """
        count = len(self.table)
        amends = self.index.get_indexer(pd.Index(text_array(self.table["amends"])))
        ahead = np.append(np.where(self.supplement, amends, np.arange(count)), -1)
        for _ in range(max(1, count.bit_length())):
            ahead = ahead[ahead]
        found = ahead[:count]
        still = np.append(self.supplement, False)[found]  # a ring of supplements
        return np.where(still, -1, found)

    @cached_property
    def rank(self) -> Any:
        """The order of signing; a tie goes by contract number, by code point."""
        by_number = np.argsort(self.numbers, kind="stable")
        order = by_number[np.argsort(self.signed[by_number], kind="stable")]
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        return rank

    @cached_property
    def order(self) -> Any:
        """The row of each rank, and -1 at the end for no rank."""
        order = np.empty(len(self.rank), dtype=np.int64)
        order[self.rank] = np.arange(len(self.rank))
        return np.append(order, -1)

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """Each contract row with each parcel code that it names once; ``parcel`` -1 if not on record."""
        lists = [codes if isinstance(codes, list | tuple | np.ndarray) else () for codes in self._codes()]
        rows = np.repeat(np.arange(len(lists)), [len(codes) for codes in lists])
        codes = np.array([code for named in lists for code in named], dtype=object)
        pairs = pd.DataFrame({"contract": rows, "code": codes}).drop_duplicates()
        pairs["parcel"] = self.parcels.get_indexer(pd.Index(pairs["code"], dtype=object))
        return pairs.sort_values(["contract", "code"], ignore_index=True)

    def _codes(self) -> Any:
        return self.table["parcel_codes"].to_numpy(dtype=object)

    @cached_property
    def _parcel_pairs(self) -> tuple[Any, Any]:
        known = self.pairs[self.pairs["parcel"] >= 0]
        return known["parcel"].to_numpy(), known["contract"].to_numpy()

    def _newest(self, groups: Any, rows: Any, count: int) -> Any:
        best = np.full(count, -1, dtype=np.int64)
        np.maximum.at(best, groups, self.rank[rows])
        return self.order[best]

    def named(self, chosen: Any) -> Any:
        """Return which parcels one of the chosen contract rows names."""
        parcel, contract = self._parcel_pairs
        found = np.zeros(len(self.parcels), dtype=bool)
        found[parcel[chosen[contract]]] = True
        return found

    @cached_property
    def governing(self) -> Any:
        """The row of the newest base contract signed by the day, for each parcel."""
        parcel, contract = self._parcel_pairs
        chosen = (self.base & (self.signed <= self.day))[contract]
        return self._newest(parcel[chosen], contract[chosen], len(self.parcels))

    @cached_property
    def undated(self) -> Any:
        """Whether a parcel has a base contract without a date, or a row that may be one."""
        return self.named(self.base & np.isnat(self.signed)) | self.untyped

    @cached_property
    def untyped(self) -> Any:
        """Whether a parcel has a contract row without a type that may be in force."""
        return self.named(np.equal(self.kind, cast(Any, None)) & ~(self.signed > self.day))

    @cached_property
    def future(self) -> Any:
        """Whether a parcel has a base contract signed after the day."""
        return self.named(self.base & (self.signed > self.day))

    @cached_property
    def superseded(self) -> Any:
        """How many older base contracts each parcel has."""
        parcel, contract = self._parcel_pairs
        chosen = (self.base & (self.signed <= self.day))[contract]
        return np.maximum(np.bincount(parcel[chosen], minlength=len(self.parcels)) - 1, 0)

    @cached_property
    def undated_supplement(self) -> Any:
        """Whether a contract has a supplement without a date."""
        return self._supplemented(np.isnat(self.signed))

    def _supplemented(self, chosen: Any) -> Any:
        rows = np.flatnonzero(self.supplement & chosen & (self.root >= 0))
        found = np.zeros(len(self.table), dtype=bool)
        found[self.root[rows]] = True
        return found

    def term(self, name: str) -> tuple[Any, Any]:
        """Return, for each contract, the row that states a term on the day, and whether it is unknown.

        The newest supplement that states it wins, else the contract itself.
        ``delivered_on`` is a fact dated by itself: a later one is not there yet.
        """
        if name not in self._terms:
            self._terms[name] = self._term(name)
        return self._terms[name]

    def _term(self, name: str) -> tuple[Any, Any]:
        column = self.table[name]
        stated = column.notna().to_numpy()
        if column.dtype == object:
            stated = stated & (column.to_numpy() != "")
        if name == "delivered_on":
            stated = stated & (as_days(column) <= self.day)
        count = len(self.table)
        rows = np.flatnonzero(self.supplement & stated & (self.root >= 0) & (self.signed <= self.day))
        newest = self._newest(self.root[rows], rows, count)
        own = np.where(stated, np.arange(count), -1)
        unknown = self._supplemented(stated & np.isnat(self.signed))
        return np.where(newest >= 0, newest, own), unknown

    def dates(self, name: str) -> tuple[Any, Any, Any]:
        """Return a date term of each contract (NaT if not stated), its row, and whether it is unknown."""
        row, unknown = self.term(name)
        days = np.append(as_days(self.table[name]), np.datetime64("NaT", "D"))
        return days[row], row, unknown

    def values(self, name: str) -> tuple[Any, Any, Any]:
        """Return a term of each contract (None if not stated or unknown), its row, and whether unknown."""
        row, unknown = self.term(name)
        column = np.append(self.table[name].to_numpy(dtype=object), np.array([None], dtype=object))
        return np.where(unknown, None, column[row]), row, unknown

    @cached_property
    def slices(self) -> Any:
        """Where the parcels of each contract begin in :attr:`pairs`, and where the last ends."""
        return np.searchsorted(self.pairs["contract"].to_numpy(), np.arange(len(self.table) + 1))
