"""What anybody may see: no exact place is in these tables."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, polygons
from data.models.layers import CAUSES

NOTICE_CAUSES = tuple(cause for cause in CAUSES if cause not in ("ENTERPRISE", "PREPARATORY"))
"""Causes that are not the holder's: the notice says those (Art. 11)."""


class PublicPark(Base):
    """A park with its boundary drawn on a coarse grid, and the day of its newest survey of land states."""

    __tablename__ = "public_park"

    park_code: Mapped[str] = mapped_column(Text, primary_key=True)
    park_name: Mapped[str | None] = mapped_column(Text)
    surveyed_on: Mapped[dt.date | None]
    geom: Mapped[Any] = polygons()


class PublicLand(Base):
    """Land of a park that is still available, by a survey; its place is rounded."""

    __tablename__ = "public_land"

    land_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    park_code: Mapped[str] = mapped_column(Text)
    park_name: Mapped[str | None] = mapped_column(Text)
    supply_state: Mapped[str] = mapped_column(Text)
    observed_on: Mapped[dt.date]
    area_ha: Mapped[Decimal]
    lon: Mapped[Decimal]
    lat: Mapped[Decimal]


class IdleNotice(Base):
    """The public notice of land that the bureau determined to be idle, until disposal is finished (Order 53, Art. 11)."""

    __tablename__ = "idle_notice"
    __table_args__ = (
        CheckConstraint(f"cause IN {NOTICE_CAUSES!r}", name="cause_code"),
        CheckConstraint("idle_from <= determined_on AND determined_on <= published_on", name="order_of_days"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_whole"),
        Index("ix_idle_notice_shown", "parcel_code", unique=True, postgresql_where="withdrawn_at IS NULL"),
    )

    notice_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    parcel_code: Mapped[str] = mapped_column(Text)
    park_code: Mapped[str | None] = mapped_column(Text)
    park_name: Mapped[str | None] = mapped_column(Text)
    holder: Mapped[str] = mapped_column(Text)
    location: Mapped[str] = mapped_column(Text)
    idle_from: Mapped[dt.date]
    cause: Mapped[str | None] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
    determined_on: Mapped[dt.date]
    published_on: Mapped[dt.date]
    published_by: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
    end_reason: Mapped[str | None] = mapped_column(Text)
    lon: Mapped[Decimal]
    lat: Mapped[Decimal]
