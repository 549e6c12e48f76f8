"""The median of peers: context beside a figure, never a verdict."""

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from gis.contracts import Contracts
from gis.exact import half_up
from gis.facts import Tables
from gis.rules import IntensityRule

_INDUSTRY_DIGITS = 2


def with_peers(accounts: pd.DataFrame, tables: Tables, rule: IntensityRule, as_of: dt.date) -> pd.DataFrame:
    """Return accounts with the median of the other contracts of the industry: the only part that needs all contracts.

    ``accounts`` has ``contract_no``, ``kind`` and ``intensity``, what each contract reached.
    """
    contracts = Contracts(tables, as_of)
    rows = contracts.index.get_indexer(pd.Index(accounts["contract_no"], dtype=object))
    industry = [
        contracts.values(name)[0][rows].tolist() for name in ("industry_code", "industry_code_version")
    ]
    entry = (accounts["kind"] == "ENTRY").tolist()
    values = accounts["intensity"].tolist()
    found = peer_medians(list(zip(entry, *industry, strict=True)), values, rule.peer_least)
    columns = {name: pd.Series([pair[place] for pair in found], dtype=object, index=accounts.index)
               for place, name in enumerate(("peers", "peer_median"))}  # fmt: skip
    return accounts.assign(**columns)


def peer_medians(
    keys: Sequence[tuple[Any, Any, Any]], values: Sequence[Decimal | None], least: int
) -> list[tuple[int | None, Decimal | None]]:
    """Return for each contract the number of its peers and the median of their figures.

    ``keys`` are whether it is an entry contract, industry code and version of the classification. Peers share
    kind, version and the first two digits of the code, and have a figure; the contract itself is none of them.
    Fewer than ``least`` give None: no outcome is claimed from a few.
    """
    groups: dict[tuple[Any, ...], list[Decimal]] = defaultdict(list)
    of: list[tuple[Any, ...] | None] = []
    for (entry, industry, version), value in zip(keys, values, strict=True):
        known = industry and version
        key = (entry, str(industry)[:_INDUSTRY_DIGITS], version) if known else None
        of.append(key)
        if key is not None and value is not None:
            groups[key].append(value)
    for listed in groups.values():
        listed.sort()
    found: list[tuple[int | None, Decimal | None]] = []
    for key, value in zip(of, values, strict=True):
        listed = groups[key] if key is not None else []
        count = len(listed) - (value is not None and key is not None)
        found.append((None, None) if count < least else (count, _median_without(listed, value, count)))
    return found


def _median_without(listed: list[Decimal], value: Decimal | None, count: int) -> Decimal:
    """Return the median of a sorted list without one of its values."""
    gone = len(listed) if value is None else bisect_left(listed, value)

    def at(place: int) -> Decimal:
        return listed[place if place < gone else place + 1]

    if count % 2:
        return at(count // 2)
    return half_up((Fraction(at(count // 2 - 1)) + Fraction(at(count // 2))) / 2, 6)
