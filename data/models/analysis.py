"""Runs of the analysis and what they found. A run is never changed once stored."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base


def of_run() -> Any:
    """Return the reference of a finding to its run, as part of its key."""
    return mapped_column(ForeignKey("analysis_run.run_id", ondelete="CASCADE"), primary_key=True)


def of_large_run() -> Any:
    """Return the number of a run as part of the key of a table with a row a parcel or contract.

    A foreign key would be looked up for each of millions of rows that one transaction writes after it has made the
    run; a trigger removes the rows with the run.
    """
    return mapped_column(BigInteger, primary_key=True, autoincrement=False)


class AnalysisRun(Base):
    """One answer to "what was so on this day, as known then, by these rules"."""

    __tablename__ = "analysis_run"
    __table_args__ = (Index("ix_analysis_run_as_of", "as_of", "publication_id", "rules_version"),)

    run_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    computed_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    as_of: Mapped[dt.date]
    known_on: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publication.publication_id"))
    park_code: Mapped[str | None]
    rules_version: Mapped[str]
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB)
    cited: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    """What each rule that judged says of itself, by its ``ref``: traces name the rule, words need its articles."""
    program_version: Mapped[str]
    person: Mapped[str]


class IdleVerdict(Base):
    """The idle-land verdict on one parcel. ``trace`` holds facts and rule ids; words are made on reading.

    ``version_id`` is that of the parcel judged; versions are never deleted.
    """

    __tablename__ = "idle_verdict"
    __table_args__ = (
        Index(
            "ix_idle_verdict_run_id_verdict",
            "run_id",
            "verdict",
            # what totals are counted by, so that they are read from the index alone
            postgresql_include=["version_id", "park_code", "band", "cause", "path"],
        ),
        Index("ix_idle_verdict_entity_id", "entity_id"),
        CheckConstraint(
            "verdict IN ('NOT_DUE', 'OVERDUE', 'IDLE_NOT_COMMENCED', 'SUSPENDED_UNDER_1Y', 'MAY_BE_IDLE', "
            "'SUSPENDED_NOT_IDLE', 'ACTIVE', 'COMPLETED', 'NOT_SUPPLIED', 'UNDETERMINED')",
            name="verdict_code",
        ),
    )

    run_id: Mapped[int] = of_large_run()
    parcel_code: Mapped[str] = mapped_column(Text, primary_key=True)
    entity_id: Mapped[int] = mapped_column(BigInteger)
    version_id: Mapped[int] = mapped_column(BigInteger, index=True)
    park_code: Mapped[str | None]
    verdict: Mapped[str]
    band: Mapped[str] = mapped_column(server_default="")
    limbs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    cause: Mapped[str] = mapped_column(server_default="")
    path: Mapped[str]
    fee_wan: Mapped[Decimal | None]
    blocked: Mapped[str] = mapped_column(server_default="")
    by_reference: Mapped[bool]
    article: Mapped[str] = mapped_column(server_default="")
    idle_from: Mapped[dt.date | None] = mapped_column(Date)
    days: Mapped[int | None]
    next_due_on: Mapped[dt.date | None] = mapped_column(Date)
    warning_days: Mapped[int | None] = mapped_column(SmallInteger)
    stage: Mapped[str] = mapped_column(server_default="")
    confidence: Mapped[str] = mapped_column(server_default="")
    missing: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    trace: Mapped[list[Any]] = mapped_column(JSON)


class IntensityVerdict(Base):
    """The verdict on one term of one contract; its facts are those of the contract's account."""

    __tablename__ = "intensity_verdict"
    __table_args__ = (
        CheckConstraint("verdict IN ('MET', 'SHORT', 'NOT_DUE', 'UNDETERMINED')", name="verdict_code"),
        CheckConstraint("term IN ('INTENSITY', 'TOTAL_INVESTMENT', 'FAR')", name="term_code"),
    )

    run_id: Mapped[int] = of_large_run()
    contract_no: Mapped[str] = mapped_column(Text, primary_key=True)
    term: Mapped[str] = mapped_column(Text, primary_key=True)
    park_code: Mapped[str | None]
    parcel_codes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    verdict: Mapped[str]
    actual: Mapped[Decimal | None]
    required: Mapped[Decimal | None]
    unit: Mapped[str]
    rate: Mapped[Decimal | None]
    basis: Mapped[str] = mapped_column(server_default="")
    threshold_source: Mapped[str] = mapped_column(server_default="")
    binding: Mapped[bool | None]
    missing: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    shortfall: Mapped[Decimal | None]
    shortfall_share: Mapped[Decimal | None]
    damages_wan: Mapped[Decimal | None]
    no_damages: Mapped[str] = mapped_column(server_default="")
    cure: Mapped[str] = mapped_column(server_default="")
    cure_until: Mapped[dt.date | None] = mapped_column(Date)


class BuiltupGrowth(Base):
    """Built-up area of one park and year, on one boundary version."""

    __tablename__ = "builtup_growth"

    run_id: Mapped[int] = of_run()
    park_code: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    boundary_version: Mapped[str | None]
    observed_on: Mapped[dt.date]
    builtup_m2: Mapped[Decimal]
    change_m2: Mapped[Decimal | None]
    growth_rate: Mapped[Decimal | None]
    target_met: Mapped[bool | None]


class ParcelBuiltup(Base):
    """Built-up area inside one parcel in one year: evidence beside the reported figure."""

    __tablename__ = "parcel_builtup"

    run_id: Mapped[int] = of_large_run()
    parcel_code: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    builtup_m2: Mapped[Decimal]
    share: Mapped[Decimal | None]
