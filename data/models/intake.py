"""Records of taking deliveries in: jobs, mappings kept, corrections, repairs, changes, lineage."""

import datetime as dt
from decimal import Decimal
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import STORAGE_SRID, Base

JOB_STATES = ("DRAFT", "QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED")
JOB_KINDS = ("IMPORT", "CHECK", "PUBLISH")
JOB_STEPS = ("RECOGNISE", "CHECK", "PUBLISH", "IMPORT")
CHANGE_KINDS = ("NEW", "GONE", "MOVED", "RESHAPED", "CHANGED", "SPLIT", "MERGED")


def _codes(column: str, *codes: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(code) for code in codes)})", name=f"{column}_code")


def _number() -> Any:
    return mapped_column(BigInteger, Identity(), primary_key=True)


def _delivery(**options: Any) -> Any:
    return mapped_column(ForeignKey("delivery.delivery_id"), **({"index": True} | options))


def _when(**options: Any) -> Any:
    return mapped_column(DateTime(timezone=True), **options)


class ImportJob(Base):
    """One import on its way: what was asked, how far it is, what became of it.

    ``answers`` are what a person said in the steps of the wizard (or the
    options of the command line); ``what`` is the step that was asked for last
    and that ``state`` is about; ``done`` of ``total`` rows in ``stage``, which
    began at ``stage_at``. ``result`` holds the answer of each step by its name.
    """

    __tablename__ = "import_job"
    __table_args__ = (
        _codes("state", *JOB_STATES),
        _codes("kind", *JOB_KINDS),
        _codes("what", *JOB_STEPS),
        Index("ix_import_job_live", "state", postgresql_where="state IN ('QUEUED', 'RUNNING')"),
    )

    job_id: Mapped[int] = _number()
    kind: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[dt.datetime] = _when(server_default=func.now())
    created_by: Mapped[str]
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    content_sha256: Mapped[str | None]
    delivery_id: Mapped[int | None] = _delivery()
    what: Mapped[str | None]
    stage: Mapped[str | None]
    stage_at: Mapped[dt.datetime | None] = _when()
    done: Mapped[int] = mapped_column(BigInteger, server_default="0")
    total: Mapped[int] = mapped_column(BigInteger, server_default="0")
    started_at: Mapped[dt.datetime | None] = _when()
    heartbeat_at: Mapped[dt.datetime | None] = _when()
    finished_at: Mapped[dt.datetime | None] = _when()
    cancel_asked: Mapped[bool] = mapped_column(server_default="false")
    worker: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class ImportJobLog(Base):
    """One line of the log of a job."""

    __tablename__ = "import_job_log"

    line_id: Mapped[int] = _number()
    job_id: Mapped[int] = mapped_column(ForeignKey("import_job.job_id"), index=True)
    at: Mapped[dt.datetime] = _when(server_default=func.clock_timestamp())
    code: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


class SupplierMapping(Base):
    """A mapping as it was confirmed for a supplier; the newest one is used for the next delivery."""

    __tablename__ = "supplier_mapping"
    __table_args__ = (Index("ix_supplier_mapping_supplier", "supplier", "mapping_id"),)

    mapping_id: Mapped[int] = _number()
    supplier: Mapped[str]
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB)
    saved_at: Mapped[dt.datetime] = _when(server_default=func.now())
    saved_by: Mapped[str]


class Correction(Base):
    """A correction as data: it stands in for the delivered value while the source still says ``old_value``."""

    __tablename__ = "correction"
    __table_args__ = (Index("ix_correction_layer", "layer", "row_key", "field"),)

    correction_id: Mapped[int] = _number()
    layer: Mapped[str]
    row_key: Mapped[str]
    field: Mapped[str]
    old_value: Mapped[str | None]
    new_value: Mapped[str | None]
    reason: Mapped[str]
    document: Mapped[str | None]
    person: Mapped[str]
    made_at: Mapped[dt.datetime] = _when(server_default=func.now())
    ended_at: Mapped[dt.datetime | None] = _when()
    ended_by: Mapped[str | None]
    end_reason: Mapped[str | None]


class CorrectionUse(Base):
    """What became of a correction in one delivery."""

    __tablename__ = "correction_use"
    __table_args__ = (
        UniqueConstraint("correction_id", "delivery_id"),
        _codes("outcome", "APPLIED", "MENDED", "SOURCE_CHANGED", "ROW_MISSING"),
    )

    use_id: Mapped[int] = _number()
    correction_id: Mapped[int] = mapped_column(ForeignKey("correction.correction_id"))
    delivery_id: Mapped[int] = _delivery()
    outcome: Mapped[str]
    found_value: Mapped[str | None]


class Repair(Base):
    """A repair of a shape that is proposed for one row of a delivery, before and after."""

    __tablename__ = "repair"

    repair_id: Mapped[int] = _number()
    file_id: Mapped[int] = mapped_column(ForeignKey("delivery_file.file_id"), index=True)
    row_no: Mapped[int]
    supplier_key: Mapped[str | None]
    kind: Mapped[str]
    chosen: Mapped[bool]
    before_m2: Mapped[Decimal | None] = mapped_column(Numeric(20, 4))
    after_m2: Mapped[Decimal | None] = mapped_column(Numeric(20, 4))
    before_geom: Mapped[WKBElement | None] = mapped_column(
        Geometry("GEOMETRY", STORAGE_SRID, spatial_index=False), nullable=True
    )
    after_geom: Mapped[WKBElement | None] = mapped_column(
        Geometry("GEOMETRY", STORAGE_SRID, spatial_index=False), nullable=True
    )


class DeliveryChange(Base):
    """One difference between a delivery and what was published when it was checked.

    ``fields`` holds ``{column: [before, after]}`` of the columns that changed.
    """

    __tablename__ = "delivery_change"
    __table_args__ = (
        _codes("kind", *CHANGE_KINDS),
        Index("ix_delivery_change_delivery_id", "delivery_id", "layer", "kind"),
    )

    change_id: Mapped[int] = _number()
    delivery_id: Mapped[int] = _delivery(index=False)
    layer: Mapped[str]
    row_key: Mapped[str]
    kind: Mapped[str]
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    before_m2: Mapped[Decimal | None] = mapped_column(Numeric(20, 4))
    after_m2: Mapped[Decimal | None] = mapped_column(Numeric(20, 4))
    moved_m: Mapped[Decimal | None] = mapped_column(Numeric(12, 3))
    others: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")


class DeliveryChangeTotal(Base):
    """How many differences of one kind a delivery has in one layer, and how many of them are listed.

    ``SAME`` counts the delivered rows that are published as they are.
    """

    __tablename__ = "delivery_change_total"
    __table_args__ = (_codes("kind", *CHANGE_KINDS, "SAME"),)

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.delivery_id"), primary_key=True)
    layer: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)
    kept: Mapped[int] = mapped_column(BigInteger)


class DeliveryOverlap(Base):
    """Land that passes from a published row to a delivered one; becomes lineage with the publication."""

    __tablename__ = "delivery_overlap"
    __table_args__ = (_codes("kind", "SPLIT", "MERGE", "ADJUST"),)

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.delivery_id"), primary_key=True)
    layer: Mapped[str] = mapped_column(primary_key=True)
    parent_key: Mapped[str] = mapped_column(primary_key=True)
    child_key: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    shared_m2: Mapped[Decimal] = mapped_column(Numeric(20, 4))


class Lineage(Base):
    """One thing came out of another: a parcel was split, merged, or its boundary moved into another's."""

    __tablename__ = "lineage"
    __table_args__ = (
        _codes("kind", "SPLIT", "MERGE", "ADJUST"),
        UniqueConstraint("publication_id", "parent_entity_id", "child_entity_id"),
    )

    lineage_id: Mapped[int] = _number()
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.publication_id"))
    layer: Mapped[str]
    kind: Mapped[str]
    parent_entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    child_entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    shared_m2: Mapped[Decimal] = mapped_column(Numeric(20, 4))


class RestingIndex(Base):
    """An index that a large publication dropped and makes again before it ends; empty between transactions."""

    __tablename__ = "resting_index"

    layer: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    definition: Mapped[str] = mapped_column(Text)
