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
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from gis.columns import among, coded, figures_at, objects, rows_of
from gis.facts import Tables
from gis.periods import as_days

BASES = ("GRANT", "ALLOCATION", "LEASE")
_MOST = 2**16 - 1


def _few_bits(days: Any) -> Any:
    """Return days in their order as 16-bit numbers where they fit, which are sorted without comparing; NaT is last."""
    known = days[~np.isnat(days)].astype(np.int64)
    if not len(known) or int(known.max()) - int(known.min()) >= _MOST:
        return days
    return np.where(np.isnat(days), _MOST, days.astype(np.int64) - known.min()).astype(np.uint16)


class Contracts:
    """The contracts of a set of parcels, as they stand on a day."""

    def __init__(self, tables: Tables, as_of: dt.date) -> None:
        self.table = tables.contract
        self.day = np.datetime64(as_of, "D")
        self.numbers = tables.contract["contract_no"].to_numpy(dtype=object)
        self.index = pd.Index(self.numbers, dtype=object)
        kinds, named = coded(tables.contract["contract_type"])
        self.kind = named[kinds]
        self.signed = as_days(tables.contract["signed_on"])
        self.parcels = tables.parcels
        self.base = among(kinds, named, BASES)
        self.supplement = among(kinds, named, ("SUPPLEMENT",))
        self.allocation = among(kinds, named, ("ALLOCATION",))
        self.lease = among(kinds, named, ("LEASE",))
        self._without_kind = kinds < 0
        self._apart = tables.named_parcels
        self._terms: dict[str, tuple[Any, Any]] = {}

    @cached_property
    def root(self) -> Any:
        """The contract that each row belongs to: itself, or what a supplement changes, followed through.

        The chain is read off the record whatever its dates: ``amends`` says
        where a supplement belongs, its date says from when. -1 for a
        supplement without a valid ``amends``.
        """
        count = len(self.table)
        if not self.supplement.any():
            return np.arange(count)
        amends = np.full(count, -1, dtype=np.int64)
        amends[self.supplement] = rows_of(self.table["amends"][self.supplement], self.index)
        ahead = np.append(np.where(self.supplement, amends, np.arange(count)), -1)
        for _ in range(max(1, count.bit_length())):
            ahead = ahead[ahead]
        found = ahead[:count]
        still = np.append(self.supplement, False)[found]  # a ring of supplements
        return np.where(still, -1, found)

    @cached_property
    def rank(self) -> Any:
        """The order of signing; a tie goes by contract number, by code point."""
        by_number = np.arange(len(self.numbers))
        if not (self.numbers[1:] >= self.numbers[:-1]).all():  # a stored table is in the order of numbers
            by_number = np.argsort(self.numbers, kind="stable")
        order = by_number[np.argsort(_few_bits(self.signed)[by_number], kind="stable")]
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
        pairs = self._listed() if self._apart is None else self._apart
        contract = pairs["contract"].to_numpy()
        shared = np.zeros(len(pairs), dtype=bool)
        shared[1:] = contract[1:] == contract[:-1]
        shared[:-1] |= shared[1:]
        if shared.any():  # only contracts of several parcels can name one twice, or out of order
            several = (
                pairs[shared].astype({"code": object}).drop_duplicates().sort_values(["contract", "code"])
            )
            pairs = pd.concat([pairs[~shared].astype({"code": object}), several]).sort_values(
                "contract", kind="stable", ignore_index=True
            )
        return pairs.assign(parcel=rows_of(pairs["code"], self.parcels))

    def _codes(self) -> Any:
        return objects(self.table["parcel_codes"])

    def _listed(self) -> pd.DataFrame:
        """Return the lists of the contracts taken apart."""
        lists = [codes if isinstance(codes, list | tuple | np.ndarray) else () for codes in self._codes()]
        rows = np.repeat(np.arange(len(lists)), [len(codes) for codes in lists])
        codes = np.array([code for named in lists for code in named], dtype=object)
        return pd.DataFrame({"contract": rows, "code": codes})

    @cached_property
    def _parcel_pairs(self) -> tuple[Any, Any]:
        parcel, contract = self.pairs["parcel"].to_numpy(), self.pairs["contract"].to_numpy()
        known = parcel >= 0
        return (parcel, contract) if known.all() else (parcel[known], contract[known])

    def _newest(self, groups: Any, rows: Any, count: int) -> Any:
        best = np.full(count, -1, dtype=np.int64)
        np.maximum.at(best, groups, self.rank[rows])
        return self.order[best]

    def named(self, chosen: Any) -> Any:
        """Return which parcels one of the chosen contract rows names."""
        found = np.zeros(len(self.parcels), dtype=bool)
        if not chosen.any():
            return found
        parcel, contract = self._parcel_pairs
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
        return self.named(self._without_kind & ~(self.signed > self.day))

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
        elif isinstance(column.dtype, pd.CategoricalDtype):
            stated = coded(column)[0] >= 0
        if name == "delivered_on":
            stated = stated & (as_days(column) <= self.day)
        count = len(self.table)
        own = np.where(stated, np.arange(count), -1)
        if not self.supplement.any():
            return own, np.zeros(count, dtype=bool)
        rows = np.flatnonzero(self.supplement & stated & (self.root >= 0) & (self.signed <= self.day))
        newest = self._newest(self.root[rows], rows, count)
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
        column = np.append(objects(self.table[name]), np.array([None], dtype=object))
        return np.where(unknown, None, column[row]), row, unknown

    def figures(self, name: str, contracts: Any) -> list[Decimal | None]:
        """Return a figure of some contracts (None if not stated or unknown)."""
        row, unknown = self.term(name)
        asked = np.asarray(contracts, dtype=np.int64)
        return figures_at(self.table[name], np.where(unknown[asked], -1, row[asked]))

    @cached_property
    def slices(self) -> Any:
        """Where the parcels of each contract begin in :attr:`pairs`, and where the last ends."""
        return np.searchsorted(self.pairs["contract"].to_numpy(), np.arange(len(self.table) + 1))
