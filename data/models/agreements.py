"""What a run found on record about each contract, beside the verdicts on its terms."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Date, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data.models.analysis import of_large_run
from data.models.base import Base


class ContractAccount(Base):
    """Promise, report and verification of one contract side by side, its areas, phases, standards and peers.

    Amounts in 10,000 CNY: ``…_wan`` as the contract counts them, ``…_ex_land_wan`` without land price and taxes.
    """

    __tablename__ = "contract_account"
    __table_args__ = (Index("ix_contract_account_holder", "run_id", "holder_credit_code"),)

    run_id: Mapped[int] = of_large_run()
    contract_no: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str]
    park_code: Mapped[str | None]
    holder: Mapped[str | None]
    holder_credit_code: Mapped[str | None]
    parcel_codes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    committed_wan: Mapped[Decimal | None]
    committed_on: Mapped[dt.date | None] = mapped_column(Date)
    committed_source: Mapped[str] = mapped_column(server_default="")
    planned_ex_land_wan: Mapped[Decimal | None]
    reported_wan: Mapped[Decimal | None]
    reported_ex_land_wan: Mapped[Decimal | None]
    reported_on: Mapped[dt.date | None] = mapped_column(Date)
    reported_source: Mapped[str] = mapped_column(server_default="")
    verified_wan: Mapped[Decimal | None]
    verified_ex_land_wan: Mapped[Decimal | None]
    verified_on: Mapped[dt.date | None] = mapped_column(Date)
    verified_source: Mapped[str] = mapped_column(server_default="")
    area_basis: Mapped[str]
    granted_m2: Mapped[Decimal | None]
    registered_m2: Mapped[Decimal | None]
    drawn_m2: Mapped[Decimal | None]
    per_granted: Mapped[Decimal | None]
    per_registered: Mapped[Decimal | None]
    per_drawn: Mapped[Decimal | None]
    due_wan: Mapped[Decimal | None]
    due_m2: Mapped[Decimal | None]
    phase_rate: Mapped[Decimal | None]
    due_intensity: Mapped[Decimal | None]
    phases: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    peers: Mapped[int | None]
    peer_median: Mapped[Decimal | None]
    standards: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    shared_with: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    flags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What the verdicts on the terms were read from: their traces are made from it."""
