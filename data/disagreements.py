"""What a stored run says about sources that disagree."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, any_, func, literal, select

from data.models import ContractAccount, Disagreement, ReporterIndex

_TABLE = Disagreement.__table__
_NAMES = ("kind", "suspicion", "reporter", "park_code", "parcel_code", "holder_credit_code")


def _where(run_id: int, asked: dict[str, str | None]) -> list[ColumnElement[bool]]:
    given = [_TABLE.c[name] == value for name, value in asked.items() if name in _NAMES and value is not None]
    return [_TABLE.c.run_id == run_id, *given]


def rows(
    connection: Connection, run_id: int, size: int | None = None, page: int = 1, **asked: str | None
) -> Sequence[RowMapping]:
    """Return disagreements in their order; ``asked`` names a kind, suspicion, reporter, park, parcel or credit code."""
    columns = [column for column in _TABLE.c if column.name != "run_id"]
    statement = select(*columns).where(*_where(run_id, asked)).order_by(_TABLE.c.number)
    if size is not None:
        statement = statement.limit(size).offset((page - 1) * size)
    return connection.execute(statement).mappings().all()


def about_parcel(connection: Connection, run_id: int, parcel_code: str) -> Sequence[RowMapping]:
    """Return the disagreements about a parcel and about the contracts that name it."""
    accounts = ContractAccount.__table__
    named = select(accounts.c.contract_no).where(
        accounts.c.run_id == run_id, literal(parcel_code) == any_(accounts.c.parcel_codes)
    )
    here = (_TABLE.c.parcel_code == parcel_code) | (
        (_TABLE.c.parcel_code == "") & _TABLE.c.contract_no.in_(named)
    )
    statement = select(_TABLE).where(_TABLE.c.run_id == run_id, here).order_by(_TABLE.c.number)
    return connection.execute(statement).mappings().all()


def counts(connection: Connection, run_id: int, **asked: str | None) -> list[dict[str, Any]]:
    """Return how many rows there are of each kind, suspicion and explanation."""
    groups = (_TABLE.c.kind, _TABLE.c.suspicion, _TABLE.c.explanation)
    statement = select(*groups, func.count().label("n")).where(*_where(run_id, asked))
    found = connection.execute(statement.group_by(*groups).order_by(*groups))
    return [dict(row) for row in found.mappings()]


def reporters(connection: Connection, run_id: int, park_code: str | None = None) -> Sequence[RowMapping]:
    """Return the index of reporters by park, those with the most suspicions first."""
    table = ReporterIndex.__table__
    statement = select(*(column for column in table.c if column.name != "run_id")).where(
        table.c.run_id == run_id
    )
    if park_code is not None:
        statement = statement.where(table.c.park_code == park_code)
    suspected = table.c.overreported + table.c.underreported + table.c.omitted
    order = (suspected.desc(), table.c.park_code.collate("C"), table.c.reporter.collate("C"))
    return connection.execute(statement.order_by(*order)).mappings().all()
