"""What rights on rows are decided by, where the row itself does not say it."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base


class ContractPark(Base):
    """A park that a contract had a parcel in at any time; supplements inherit those of what they amend."""

    __tablename__ = "contract_park"

    contract_no: Mapped[str] = mapped_column(Text, primary_key=True)
    park_code: Mapped[str] = mapped_column(Text, primary_key=True)


class Approval(Base):
    """What somebody asked a second person's consent for, and what that person decided; it holds once."""

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint("kind IN ('publish', 'export', 'freeze')", name="kind_code"),
        CheckConstraint("decision IN ('APPROVED', 'REFUSED')", name="decision_code"),
        CheckConstraint("decided_by <> asked_by", name="two_persons"),
        CheckConstraint("(decision IS NULL) = (decided_by IS NULL)", name="decided_whole"),
        Index("ix_approval_object", "kind", "object_key"),
    )

    approval_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    object_key: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    decision: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str | None] = mapped_column(Text)
    used_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
