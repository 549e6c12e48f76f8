"""The log and its seals. What is in it is written by triggers, in the transaction of the change."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, DateTime, Identity, Index, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base


class AuditEvent(Base):
    """What somebody did: a change with its old and new values, an export, a look at what not everybody may see."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_at", "at"),
        Index("ix_audit_event_person", "person", "event_id"),
        Index("ix_audit_event_object", "object", "object_key"),
    )

    event_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    person: Mapped[str] = mapped_column(
        Text, server_default=text("COALESCE(NULLIF(current_setting('landstock.person', true), ''), 'system')")
    )
    role: Mapped[str] = mapped_column(Text, server_default=text("CURRENT_USER"))
    account_id: Mapped[int] = mapped_column(
        BigInteger,
        server_default=text(
            "(COALESCE(NULLIF(current_setting('landstock.account', true), ''), '0'))::bigint"
        ),
    )
    request: Mapped[str] = mapped_column(
        Text, server_default=text("COALESCE(NULLIF(current_setting('landstock.request', true), ''), '')")
    )
    action: Mapped[str] = mapped_column(Text)
    object: Mapped[str] = mapped_column(Text)
    object_key: Mapped[str | None] = mapped_column(Text)
    old: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    new: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    reason: Mapped[str | None] = mapped_column(Text)


class AuditSeal(Base):
    """A batch of entries under one hash, chained to the batch before."""

    __tablename__ = "audit_seal"

    seal_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    sealed_at: Mapped[dt.datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    n: Mapped[int] = mapped_column(BigInteger)
    previous: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)


class AuditForgotten(Base):
    """A seal whose entries have left the log after their time: their digest, with which the seal still holds."""

    __tablename__ = "audit_forgotten"

    seal_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    forgotten_at: Mapped[dt.datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    n: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(Text)


class AuditSealed(Base):
    """Which seal an entry is under."""

    __tablename__ = "audit_sealed"

    event_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seal_id: Mapped[int] = mapped_column(BigInteger, index=True)
