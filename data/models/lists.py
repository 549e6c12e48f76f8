"""What people keep about lists: columns, saved views, exports that run as jobs."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base


def _now() -> Mapped[dt.datetime]:
    return mapped_column(DateTime(timezone=True), server_default=func.now())


def _maybe() -> Mapped[dt.datetime | None]:
    return mapped_column(DateTime(timezone=True), nullable=True)


class ListColumns(Base):
    """The columns of the parcel table, in order, as one account chose them."""

    __tablename__ = "list_columns"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.account_id"), primary_key=True, autoincrement=False
    )
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text))
    changed_at: Mapped[dt.datetime] = _now()


class SavedView(Base):
    """A named filter with its columns and order; ``query`` holds the pairs of the address."""

    __tablename__ = "saved_view"
    __table_args__ = (
        CheckConstraint("shared_role IS NULL OR shared_park IS NULL", name="shared_once"),
        UniqueConstraint("account_id", "name"),
    )

    view_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.account_id"))
    owner: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    query: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    sort: Mapped[str] = mapped_column(Text, server_default="")
    shared_role: Mapped[str | None] = mapped_column(Text)
    shared_park: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[dt.datetime] = _now()
    changed_at: Mapped[dt.datetime] = _now()


class ExportJob(Base):
    """An export that runs as a job: what was asked by whom, how far it is, and its file until it expires."""

    __tablename__ = "export_job"
    __table_args__ = (
        CheckConstraint(
            "state IN ('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED', 'EXPIRED')", name="state_code"
        ),
        Index("ix_export_job_account", "account_id", "export_id"),
    )

    export_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.account_id"))
    person: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    parks: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    asked: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text, server_default="QUEUED")
    made_at: Mapped[dt.datetime] = _now()
    started_at: Mapped[dt.datetime | None] = _maybe()
    heartbeat_at: Mapped[dt.datetime | None] = _maybe()
    finished_at: Mapped[dt.datetime | None] = _maybe()
    stage: Mapped[str | None] = mapped_column(Text)
    done: Mapped[int] = mapped_column(BigInteger, server_default="0")
    total: Mapped[int] = mapped_column(BigInteger, server_default="0")
    cancel_asked: Mapped[bool] = mapped_column(server_default="false")
    file: Mapped[str | None] = mapped_column(Text)
    bytes: Mapped[int | None] = mapped_column(BigInteger)
    until: Mapped[dt.datetime | None] = _maybe()
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
