"""What every table shares: naming of constraints, and the history of a delivered row."""

from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Identity, Index, Integer, MetaData, Sequence, Text
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, Range
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

STORAGE_SRID = 4490  # CGCS2000, longitude/latitude


class Base(DeclarativeBase):
    """Base of all tables; names every constraint so migrations can drop it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


ENTITY_SEQUENCE = Sequence("entity_seq", metadata=Base.metadata)


def polygons() -> Any:
    """Return a required MultiPolygon column in the storage CRS, with a spatial index."""
    return mapped_column(Geometry("MULTIPOLYGON", STORAGE_SRID, spatial_index=False), nullable=False)


class Versioned:
    """One version of one delivered row: what it says, when we knew it, where it came from.

    ``entity_id`` stays the same over all versions of one thing; ``known`` is
    the time during which this version was the published one. Rows are ended,
    never deleted.
    """

    version_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True, sort_order=-10)
    entity_id: Mapped[int] = mapped_column(
        BigInteger, server_default=ENTITY_SEQUENCE.next_value(), sort_order=-9
    )
    known: Mapped[Range[Any]] = mapped_column(TSTZRANGE, sort_order=90)
    content_hash: Mapped[UUID] = mapped_column(PG_UUID(as_uuid=True), sort_order=91)
    row_no: Mapped[int] = mapped_column(Integer, sort_order=93)
    extra: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}", sort_order=94)
    end_reason: Mapped[str | None] = mapped_column(Text, sort_order=97)

    @declared_attr
    def file_id(cls) -> Mapped[int]:
        """Name the file of the delivery that this version was read from."""
        return mapped_column(BigInteger, sort_order=92)

    @declared_attr
    def published_by(cls) -> Mapped[int]:
        """Name the publication that made this version the current one."""
        return mapped_column(BigInteger, sort_order=95)

    @declared_attr
    def ended_by(cls) -> Mapped[int | None]:
        """Name the publication that ended this version, if one did."""
        return mapped_column(BigInteger, sort_order=96)


def history(table: str, *key: str, geometry: bool = False) -> tuple[Index, ...]:
    """Return the indexes that every layer has.

    One current version a key (a partial unique index: an exclusion constraint
    took ten times as long to publish). Rows lie in the order of their
    publications, so a summary a block finds those of one.
    """
    indexes = [
        Index(
            f"uq_{table}_current",
            *(key or ("content_hash",)),
            unique=True,
            postgresql_where="upper_inf(known)",
        ),
        Index(f"ix_{table}_entity_id", "entity_id"),
        Index(f"ix_{table}_ended_by", "ended_by", postgresql_where="ended_by IS NOT NULL"),
        *(
            Index(
                f"ix_{table}_{name}", name, postgresql_using="brin", postgresql_with={"autosummarize": "on"}
            )
            for name in ("file_id", "published_by")
        ),
    ]
    if geometry:
        indexes.append(Index(f"ix_{table}_geom", "geom", postgresql_using="gist"))
    return tuple(indexes)
