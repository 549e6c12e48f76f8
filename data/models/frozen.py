"""Frozen idle-land lists: what was listed on a day, by which data and rules, who checked it and who froze it."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, polygons
from gis.list_change import KINDS, LEFT_REASONS


class ListCheck(Base):
    """A person's statement to have checked a list of exactly this content, with a reason for every parcel that left.

    ``previous_id`` is the frozen list that it was compared with. A later change of the content makes another hash,
    so that the statement is about something else then.
    """

    __tablename__ = "list_check"
    __table_args__ = (Index("ix_list_check_content", "content_sha256"),)

    check_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    park_code: Mapped[str | None] = mapped_column(Text)
    as_of: Mapped[dt.date]
    content_sha256: Mapped[str] = mapped_column(Text)
    previous_id: Mapped[int | None] = mapped_column(BigInteger)
    reasons: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    """Parcel code -> ``{"reason", "note"}`` of every parcel that is no longer listed."""
    checked_by: Mapped[str] = mapped_column(Text)
    checked_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class ListRemark(Base):
    """What somebody noted on a parcel that cannot be decided, as that a fact was asked for."""

    __tablename__ = "list_remark"
    __table_args__ = (Index("ix_list_remark_parcel_code", "parcel_code"),)

    remark_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    parcel_code: Mapped[str] = mapped_column(Text)
    park_code: Mapped[str | None] = mapped_column(Text)
    said: Mapped[str] = mapped_column(Text)
    said_by: Mapped[str] = mapped_column(Text)
    said_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class FrozenList(Base):
    """One list as it was frozen; nothing of it changes any more. Without a park it is the list of all parks."""

    __tablename__ = "frozen_list"
    __table_args__ = (Index("ix_frozen_list_scope", "park_code", "as_of"),)

    list_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    park_code: Mapped[str | None] = mapped_column(Text)
    park_name: Mapped[str | None] = mapped_column(Text)
    as_of: Mapped[dt.date]
    known_on: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    publication_id: Mapped[int | None] = mapped_column(BigInteger)
    published_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    rules_version: Mapped[str] = mapped_column(Text)
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB)
    program_version: Mapped[str] = mapped_column(Text)
    parcels: Mapped[int]
    area_m2: Mapped[Decimal]
    undetermined: Mapped[int]
    content_sha256: Mapped[str] = mapped_column(Text)
    previous_id: Mapped[int | None] = mapped_column(BigInteger)
    check_id: Mapped[int] = mapped_column(BigInteger)
    checked_by: Mapped[str] = mapped_column(Text)
    checked_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    frozen_by: Mapped[str] = mapped_column(Text)
    frozen_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class FrozenRow(Base):
    """One parcel of a frozen list, with everything that is printed of it."""

    __tablename__ = "frozen_row"

    list_id: Mapped[int] = mapped_column(ForeignKey("frozen_list.list_id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    parcel_code: Mapped[str] = mapped_column(Text)
    park_code: Mapped[str | None] = mapped_column(Text)
    park_name: Mapped[str | None] = mapped_column(Text)
    supervision_no: Mapped[str | None] = mapped_column(Text)
    holder: Mapped[str | None] = mapped_column(Text)
    location: Mapped[str | None] = mapped_column(Text)
    contract_no: Mapped[str | None] = mapped_column(Text)
    registered_area_m2: Mapped[Decimal | None]
    area_m2: Mapped[Decimal]
    verdict: Mapped[str] = mapped_column(Text)
    band: Mapped[str] = mapped_column(Text)
    limbs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    cause: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    fee_wan: Mapped[Decimal | None]
    blocked: Mapped[str] = mapped_column(Text)
    by_reference: Mapped[bool]
    idle_from: Mapped[dt.date | None]
    days: Mapped[int | None]
    missing: Mapped[list[str]] = mapped_column(ARRAY(Text))
    article: Mapped[str] = mapped_column(Text)
    shape_sha256: Mapped[str] = mapped_column(Text)
    geom: Mapped[Any] = polygons()


class FrozenChange(Base):
    """How one parcel differs from the frozen list before: entered, left or changed, and why."""

    __tablename__ = "frozen_change"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS!r}", name="kind_code"),
        CheckConstraint(f"kind <> 'LEFT' OR reason IN {LEFT_REASONS!r}", name="left_has_reason"),
    )

    list_id: Mapped[int] = mapped_column(ForeignKey("frozen_list.list_id"), primary_key=True)
    parcel_code: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default="")
    area_m2: Mapped[Decimal]
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    """What changed: column -> [before, after]."""
