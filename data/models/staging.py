"""Staging tables: the accepted rows of a delivery until it is published.

Each has the columns of its layer, without history: the key, what the row
says, its hash and where it was read.
"""

from sqlalchemy import BigInteger, Column, Index, Table, inspect

from data.models import layers
from data.models.base import Base

_HISTORY = {"version_id", "entity_id", "known", "published_by", "ended_by", "end_reason", "file_id"}


def _staging(model: type[Base]) -> Table:
    published = inspect(model).local_table
    assert isinstance(published, Table)  # a layer is one table, never a join
    columns = [
        Column(c.name, c.type, nullable=c.nullable, server_default=c.server_default, info=c.info)
        for c in published.columns
        if c.name not in _HISTORY
    ]
    file_id: Column[int] = Column("file_id", BigInteger, nullable=False)
    table = Table(published.name, Base.metadata, file_id, *columns, schema="staging", prefixes=["UNLOGGED"])
    Index(f"ix_staging_{published.name}_file_id", file_id)
    return table


STAGING: dict[str, Table] = {
    table.name: table
    for table in map(_staging, (
        layers.Park, layers.Parcel, layers.Builtup, layers.LandState, layers.Building,
        layers.PlanZone, layers.Contract, layers.ContractPhase, layers.ConstructionEvent,
        layers.InvestmentReport, layers.IdleCause, layers.Enterprise, layers.ParkStatistics,
    ))
}  # fmt: skip
