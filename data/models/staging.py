"""Staging tables: the accepted rows of a delivery until it is published.

Each has the columns of its layer, without history: the key, what the row
says, its hash and where it was read.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, inspect
from sqlalchemy.dialects.postgresql import ARRAY

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

# What staged files change in a layer is compared once, as of the newest publication that touched the layer.
COMPARISON = Table(
    "comparison",
    Base.metadata,
    Column("layer", Text, nullable=False),
    Column("files", ARRAY(BigInteger), nullable=False),
    Column("publication_id", BigInteger),  # none where nothing has touched the layer
    schema="staging",
    prefixes=["UNLOGGED"],
)

# Only what differs has a row: a staged one with the version it replaces, if there is one, or (without a
# number of a row) a version that a complete delivery no longer has.
COMPARED_ROW = Table(
    "compared_row",
    Base.metadata,
    Column("file_id", BigInteger, nullable=False),
    Column("row_no", Integer),
    Column("version_id", BigInteger),
    Column("entity_id", BigInteger),
    Index("ix_staging_compared_row_file_id", "file_id"),
    schema="staging",
    prefixes=["UNLOGGED"],
)
