"""Deliveries, their files, findings and publications, and the staging tables."""

import datetime as dt
from decimal import Decimal
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, Numeric, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import STORAGE_SRID, Base


class Delivery(Base):
    """What somebody sent: a folder, an archive or a file, kept by content hash."""

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint(
            "status IN ('CHECKED', 'STAGED', 'PUBLISHED', 'WITHDRAWN', 'REFUSED', 'DUPLICATE')",
            name="status_code",
        ),
        Index("ix_delivery_content_sha256", "content_sha256"),
    )

    delivery_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    received_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    received_by: Mapped[str]
    supplier: Mapped[str | None]
    paths: Mapped[list[str]] = mapped_column(ARRAY(Text))
    content_sha256: Mapped[str]
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    status: Mapped[str]


class DeliveryFile(Base):
    """One readable source of a delivery (a layer of a file, a sheet of a workbook) as one layer."""

    __tablename__ = "delivery_file"
    __table_args__ = (
        CheckConstraint("crs_source IN ('PRJ', 'DECLARED', 'GUESSED')", name="crs_source_code"),
    )

    file_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.delivery_id"), index=True)
    path: Mapped[str]
    layer: Mapped[str | None]
    crs: Mapped[str | None]
    crs_source: Mapped[str | None]
    encoding: Mapped[str | None]
    rows_read: Mapped[int] = mapped_column(server_default="0")
    rows_accepted: Mapped[int] = mapped_column(server_default="0")
    rows_rejected: Mapped[int] = mapped_column(server_default="0")
    area_m2: Mapped[Decimal | None] = mapped_column(Numeric(20, 4))  # drawn, of the rows taken in
    blocked_by: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")


class Issue(Base):
    """One finding of a check. ``params`` are the values that its words are made of."""

    __tablename__ = "issue"
    __table_args__ = (
        CheckConstraint("severity IN ('BLOCKS', 'REJECTS', 'WARNS', 'INFORMS')", name="severity_code"),
        Index("ix_issue_delivery_id_code", "delivery_id", "code"),
    )

    issue_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.delivery_id"))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("delivery_file.file_id"), index=True)
    layer: Mapped[str | None]
    row_no: Mapped[int | None]
    supplier_key: Mapped[str | None]
    field: Mapped[str | None]
    value: Mapped[str | None]
    code: Mapped[str]
    severity: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    point: Mapped[WKBElement | None] = mapped_column(
        Geometry("POINT", STORAGE_SRID, spatial_index=False), nullable=True
    )


class Publication(Base):
    """One change of the published state: a delivery put in, or taken back."""

    __tablename__ = "publication"
    __table_args__ = (CheckConstraint("action IN ('PUBLISH', 'WITHDRAW')", name="action_code"),)

    publication_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    published_at: Mapped[dt.datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp(), index=True
    )
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.delivery_id"), index=True)
    action: Mapped[str]
    person: Mapped[str]
    reason: Mapped[str | None]
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
