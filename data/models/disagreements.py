"""Where sources disagreed in a run, and how often each reporter did."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import Date, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.analysis import of_run
from data.models.base import Base


class Disagreement(Base):
    """Two sources that say different things about a parcel or a contract: what, how far apart, what it may be.

    ``said`` and ``found`` are in ``unit``: ``M2`` square metres, ``WAN`` 10,000 CNY, ``SHARE`` of the parcel.
    """

    __tablename__ = "disagreement"
    __table_args__ = (Index("ix_disagreement_parcel", "run_id", "parcel_code"),)

    run_id: Mapped[int] = of_run()
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    parcel_code: Mapped[str] = mapped_column(server_default="")
    contract_no: Mapped[str] = mapped_column(server_default="")
    park_code: Mapped[str | None]
    holder: Mapped[str | None]
    holder_credit_code: Mapped[str | None]
    reporter: Mapped[str] = mapped_column(server_default="")
    direction: Mapped[str] = mapped_column(server_default="")
    suspicion: Mapped[str]
    explanation: Mapped[str]
    slip: Mapped[str] = mapped_column(server_default="")
    next_step: Mapped[str]
    unit: Mapped[str] = mapped_column(server_default="")
    said: Mapped[Decimal | None]
    said_on: Mapped[dt.date | None] = mapped_column(Date)
    said_source: Mapped[str] = mapped_column(server_default="")
    found: Mapped[Decimal | None]
    found_on: Mapped[dt.date | None] = mapped_column(Date)
    found_source: Mapped[str] = mapped_column(server_default="")
    ratio: Mapped[Decimal | None]
    size: Mapped[Decimal | None]
    days: Mapped[int | None]
    rule_ref: Mapped[str]


class ReporterIndex(Base):
    """How often what a reporter says in a park disagrees with other sources; no share where too little was compared."""

    __tablename__ = "reporter_index"

    run_id: Mapped[int] = of_run()
    park_code: Mapped[str] = mapped_column(Text, primary_key=True)
    reporter: Mapped[str] = mapped_column(Text, primary_key=True)
    compared: Mapped[int]
    overreported: Mapped[int]
    underreported: Mapped[int]
    omitted: Mapped[int]
    mismatch: Mapped[int]
    slips: Mapped[int]
    share: Mapped[Decimal | None]
