"""Figures of the statistics pages that are read from single verdicts: contract terms, and idle land by month."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute

from data.filtering import AREA
from data.models import AnalysisRun, ContractAccount, IdleVerdict, IntensityVerdict, Parcel
from data.queries import LISTED, UnknownSort

TERMS: Final = ("INTENSITY", "TOTAL_INVESTMENT", "FAR")
VERDICTS: Final = ("SHORT", "UNDETERMINED", "NOT_DUE", "MET")
STEP: Final = Decimal("0.1")
LAST_STEP: Final = 20  # what reaches twice the requirement or more is one bar

_REACHED = IntensityVerdict.actual / func.nullif(IntensityVerdict.required, 0)
SORTS: Final[dict[str, ColumnElement[Any] | InstrumentedAttribute[Any]]] = {
    "contract_no": IntensityVerdict.contract_no,
    "holder": ContractAccount.holder,
    "park": IntensityVerdict.park_code,
    "verdict": IntensityVerdict.verdict,
    "actual": IntensityVerdict.actual,
    "required": IntensityVerdict.required,
    "reached": _REACHED,
    "committed": ContractAccount.committed_wan,
    "reported": ContractAccount.reported_wan,
    "verified": ContractAccount.verified_wan,
}


@dataclass(frozen=True, slots=True)
class Terms:
    """Which verdicts on contract terms are asked for; an empty field asks for all."""

    park: str | None = None
    term: str | None = None
    verdict: str | None = None

    def conditions(self, run_id: int) -> list[ColumnElement[bool]]:
        """Return the conditions on ``intensity_verdict``."""
        found: list[ColumnElement[bool]] = [IntensityVerdict.run_id == run_id]
        for column, value in (
            (IntensityVerdict.park_code, self.park),
            (IntensityVerdict.term, self.term),
            (IntensityVerdict.verdict, self.verdict),
        ):
            if value:
                found.append(column == value)
        return found


def term_counts(
    connection: Connection, run_id: int, park: str | None
) -> dict[tuple[str | None, str, str], int]:
    """Return how many contract terms have each verdict, by park, term and verdict."""
    keys = (IntensityVerdict.park_code, IntensityVerdict.term, IntensityVerdict.verdict)
    query = select(*keys, func.count()).where(*Terms(park).conditions(run_id)).group_by(*keys)
    return {(row[0], row[1], row[2]): row[3] for row in connection.execute(query)}


def reached_steps(connection: Connection, run_id: int, asked: Terms) -> dict[tuple[int, str], int]:
    """Return how many terms reach which tenth of their requirement, by step of 10 % and verdict.

    Step 9 is 90 % up to, not including, 100 %; step 10 starts at exactly 100 %. A term without an actual figure
    or without a requirement is in none.
    """
    step = func.least(func.floor(_REACHED / STEP), LAST_STEP)
    query = (
        select(step, IntensityVerdict.verdict, func.count())
        .where(*asked.conditions(run_id), _REACHED.is_not(None))
        .group_by(step, IntensityVerdict.verdict)
    )
    return {(int(row[0]), row[1]): row[2] for row in connection.execute(query)}


def _with_account(run_id: int, asked: Terms, *columns: Any) -> Select[Any]:
    here = and_(
        ContractAccount.run_id == IntensityVerdict.run_id,
        ContractAccount.contract_no == IntensityVerdict.contract_no,
    )
    return (
        select(*columns)
        .select_from(IntensityVerdict)
        .join(ContractAccount, here)
        .join(AnalysisRun, AnalysisRun.run_id == IntensityVerdict.run_id)
        .where(*asked.conditions(run_id))
    )


def term_rows(
    connection: Connection, run_id: int, asked: Terms, *, sort: str = "reached", size: int = 50, page: int = 1
) -> Sequence[RowMapping]:
    """Return one page of verdicts on contract terms beside what was promised, reported and verified.

    Parameters
    ----------
    sort
        A name of ``SORTS``, with a leading ``-`` for descending; ties go by contract and term.

    Returns
    -------
    Rows with the columns that :func:`gis.term_trace.term_trace` reads; amounts in 10,000 CNY.

    Raises
    ------
    UnknownSort
        ``sort`` is not in ``SORTS``.
    """
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        raise UnknownSort(sort, SORTS)
    order = column.desc() if sort.startswith("-") else column.asc()
    verdict, account = IntensityVerdict.__table__, ContractAccount.__table__
    more = ("holder", "facts", "committed_wan", "committed_on", "reported_wan", "reported_on", "verified_wan",
            "verified_on")  # fmt: skip
    query = _with_account(
        run_id, asked, *verdict.c, *(account.c[name] for name in more), AnalysisRun.as_of, AnalysisRun.cited,
        _REACHED.label("reached"),
    ).order_by(
        order.nulls_last(), IntensityVerdict.contract_no.collate("C"), IntensityVerdict.term
    )  # fmt: skip
    return connection.execute(query.limit(size).offset((page - 1) * size)).mappings().all()


@dataclass(frozen=True, slots=True)
class IdleMonth:
    """Suspected idle land that became idle in one month; ``month`` is its first day, None without a date."""

    month: dt.date | None
    band: str
    n: int
    area_m2: Decimal


def idle_months(connection: Connection, run_id: int, park: str | None) -> list[IdleMonth]:
    """Return suspected idle land by the month in which it became idle, and by band, oldest first."""
    month = func.date_trunc("month", IdleVerdict.idle_from)
    query = (
        select(month, IdleVerdict.band, func.count(), func.coalesce(func.sum(AREA), 0))
        .join(Parcel, Parcel.version_id == IdleVerdict.version_id)
        .where(IdleVerdict.run_id == run_id, IdleVerdict.verdict.in_(LISTED))
        .group_by(month, IdleVerdict.band)
        .order_by(month.asc().nulls_last(), IdleVerdict.band)
    )
    if park is not None:
        query = query.where(IdleVerdict.park_code == park)
    return [
        IdleMonth(row[0].date() if row[0] else None, row[1], row[2], row[3])
        for row in connection.execute(query)
    ]
