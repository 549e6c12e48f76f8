"""Cross-check of sources (多源比对): contract, report, verification, permit, register and survey against each other.

Each source says something about the same parcel or contract; where two of them
are further apart than the rule allows, one row says so, with both sides, the
size, and what it may be. Nothing is decided here: an idle-land verdict does not
read it, and a suspicion is a question to whoever reported.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from gis.columns import objects, rows_of
from gis.contracts import Contracts
from gis.crosscheck_contracts import ContractCheck
from gis.crosscheck_parcels import ParcelCheck
from gis.disagreements import COLUMNS, SUSPICIONS
from gis.events import Events
from gis.exact import half_up
from gis.facts import Tables
from gis.periods import as_days
from gis.rules import CrosscheckRule, IdleLandRule
from gis.sightings import Sightings
from gis.tables import frame_of, reporter

REPORTER_COLUMNS = (
    "park_code",
    "reporter",
    "compared",
    *(name.lower() for name in SUSPICIONS),
    "slips",
    "share",
)


def crosscheck(
    tables: Tables, rule: CrosscheckRule, idle: IdleLandRule, as_of: dt.date, built: pd.DataFrame,
    growth: pd.DataFrame, sides: pd.DataFrame,
) -> pd.DataFrame:  # fmt: skip
    """Return every disagreement of sources about the parcels and contracts of a day.

    Parameters
    ----------
    idle
        The rule that says what a commencement is; a suspension counts after it.
    built, growth
        Built-up area by parcel and by park, as :mod:`gis.builtup` gives them. A parcel counts as seen in a
        year only if built-up land of its park is on record then.
    sides
        The contracts side by side, as :func:`gis.accounts.accounts` gives them.

    Returns
    -------
    pandas.DataFrame
        Columns ``COLUMNS`` of :mod:`gis.disagreements`, by kind, parcel and contract.
    """
    alone = lone_disagreements(tables, rule, idle, as_of, built, growth, sides)
    return in_order(alone, repeated_amounts(tables, rule, idle, as_of, sides))


def lone_disagreements(
    tables: Tables, rule: CrosscheckRule, idle: IdleLandRule, as_of: dt.date, built: pd.DataFrame,
    growth: pd.DataFrame, sides: pd.DataFrame,
) -> pd.DataFrame:  # fmt: skip
    """Return the disagreements that need no other contracts than those of the same parcels."""
    contracts, events = Contracts(tables, as_of), Events(tables, idle, as_of)
    parks = tables.parcel["park_code"].to_numpy(dtype=object)
    seen = Sightings(built, growth, tables.parcels, parks)
    rows = [
        *ParcelCheck(tables, contracts, events, seen, rule).rows(),
        *ContractCheck(tables, contracts, events, sides, rule).rows(),
    ]
    return frame_of([row | {"rule_ref": rule.ref} for row in rows], COLUMNS)


def repeated_amounts(
    tables: Tables, rule: CrosscheckRule, idle: IdleLandRule, as_of: dt.date, sides: pd.DataFrame
) -> pd.DataFrame:
    """Return the disagreements that need all contracts: reports that repeat each other."""
    contracts, events = Contracts(tables, as_of), Events(tables, idle, as_of)
    rows = ContractCheck(tables, contracts, events, sides, rule).repeated()
    return frame_of([row | {"rule_ref": rule.ref} for row in rows], COLUMNS)


def in_order(*parts: pd.DataFrame) -> pd.DataFrame:
    """Return disagreements in the order in which they are numbered."""
    whole = pd.concat(parts, ignore_index=True)
    return whole.sort_values(["kind", "parcel_code", "contract_no"], kind="stable", ignore_index=True)


def reporters(tables: Tables, rule: CrosscheckRule, as_of: dt.date, found: pd.DataFrame) -> pd.DataFrame:
    """Return how often what a reporter says in a park disagrees with other sources.

    Returns
    -------
    pandas.DataFrame
        Columns ``REPORTER_COLUMNS``. ``compared`` counts the dated events and investment reports of a reporter
        by the day; where it is below ``reporter_least``, or nothing can be counted, ``share`` is None: too few
        to say anything. ``share`` is the suspected rows over ``compared``, half-up to 6 decimals.
    """
    compared: dict[tuple[str, str], int] = {}
    for park, who, count in _told(tables, as_of):
        compared[park, who] = compared.get((park, who), 0) + count
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for park, who, suspicion, known in zip(
        found["park_code"], found["reporter"], found["suspicion"], found["slip"], strict=True
    ):
        of = counts.setdefault((park or "", who), dict.fromkeys((*map(str.lower, SUSPICIONS), "slips"), 0))
        of["slips" if known else suspicion.lower()] += 1
    rows = []
    for park, who in sorted(counts):
        of, told = counts[park, who], compared.get((park, who), 0)
        suspected = sum(of[name] for name in ("overreported", "underreported", "omitted"))
        enough = told >= rule.reporter_least
        rows.append({"park_code": park, "reporter": who, "compared": told, **of,
                     "share": _share(suspected, told) if enough else None})  # fmt: skip
    return frame_of(rows, REPORTER_COLUMNS)


def _share(part: int, whole: int) -> Decimal:
    return half_up(Fraction(part, whole), 6)


def _told(tables: Tables, as_of: dt.date) -> Iterator[tuple[str, str, int]]:
    """Yield park, reporter and number of the dated events and reports by the day."""
    parks = np.append(objects(tables.parcel["park_code"]), np.array([None], dtype=object))
    contracts = Contracts(tables, as_of)
    first = np.append(contracts.pairs["parcel"].to_numpy(), -1)[
        np.where(contracts.slices[1:] > contracts.slices[:-1], contracts.slices[:-1], -1)
    ]
    for table, key, index, parcel in (
        (tables.construction_event, "parcel_code", tables.parcels, np.arange(len(tables.parcel))),
        (tables.investment_report, "contract_no", contracts.index, first),
    ):
        day = "happened_on" if key == "parcel_code" else "reported_on"
        dated = as_days(table[day]) <= np.datetime64(as_of, "D")
        rows = np.flatnonzero(dated)
        park = parks[np.append(parcel, -1)[rows_of(table[key], index)[rows]]]
        told = Counter(zip(park.tolist(), reporter(table, rows), strict=True))
        for (of, who), count in told.items():
            yield of or "", who, count
