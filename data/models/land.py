"""What a run found about the land of parks: ledgers, states, rates, consumption."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import Date, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.analysis import of_run
from data.models.base import Base


class GrowthLedger(Base):
    """Why the built-up area of a park changed between two surveyed years; the lines add up to the last digit."""

    __tablename__ = "growth_ledger"

    run_id: Mapped[int] = of_run()
    park_code: Mapped[str] = mapped_column(Text, primary_key=True)
    from_year: Mapped[int] = mapped_column(primary_key=True)
    to_year: Mapped[int] = mapped_column(primary_key=True)
    boundary_from: Mapped[str | None]
    boundary_to: Mapped[str | None]
    opening_m2: Mapped[Decimal]
    correction_m2: Mapped[Decimal]
    boundary_m2: Mapped[Decimal]
    new_m2: Mapped[Decimal]
    demolished_m2: Mapped[Decimal]
    sliver_m2: Mapped[Decimal]
    closing_m2: Mapped[Decimal]
    new_infill_m2: Mapped[Decimal]
    new_edge_m2: Mapped[Decimal]
    new_leapfrog_m2: Mapped[Decimal]
    new_supplied_m2: Mapped[Decimal]
    new_unsupplied_m2: Mapped[Decimal]
    new_supply_unknown_m2: Mapped[Decimal]
    slivers: Mapped[int]
    unexplained_m2: Mapped[Decimal]


class BoundaryCount(Base):
    """What one version of a park's boundary counts, for parks that have several."""

    __tablename__ = "boundary_count"

    run_id: Mapped[int] = of_run()
    park_code: Mapped[str] = mapped_column(Text, primary_key=True)
    boundary_version: Mapped[str] = mapped_column(Text, primary_key=True)
    valid_from: Mapped[dt.date | None] = mapped_column(Date)
    current: Mapped[bool]
    area_m2: Mapped[Decimal]
    builtup_m2: Mapped[Decimal | None]
    observed_on: Mapped[dt.date | None] = mapped_column(Date)
    parcels: Mapped[int]
    parcels_m2: Mapped[Decimal]
    suspected: Mapped[int]
    suspected_m2: Mapped[Decimal]
    undetermined: Mapped[int]
    entered: Mapped[int]
    left_out: Mapped[int]


class LedgerParcel(Base):
    """New and demolished land inside one parcel; the code "" is land outside every parcel."""

    __tablename__ = "ledger_parcel"

    run_id: Mapped[int] = of_run()
    park_code: Mapped[str] = mapped_column(Text, primary_key=True)
    from_year: Mapped[int] = mapped_column(primary_key=True)
    to_year: Mapped[int] = mapped_column(primary_key=True)
    parcel_code: Mapped[str] = mapped_column(Text, primary_key=True)
    new_m2: Mapped[Decimal]
    demolished_m2: Mapped[Decimal]
    supply: Mapped[str]
    source: Mapped[str] = mapped_column(server_default="")


class LandStock(Base):
    """Area of one land state in one part of a park; NULL with a reason where nothing is on record."""

    __tablename__ = "land_stock"

    run_id: Mapped[int] = of_run()
    park_code: Mapped[str] = mapped_column(Text, primary_key=True)
    zone_part: Mapped[str] = mapped_column(Text, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    area_m2: Mapped[Decimal | None]
    basis: Mapped[str] = mapped_column(server_default="")
    observed_on: Mapped[dt.date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(server_default="")


class ParcelUse(Base):
    """Area inside a parcel that is in one combination of states; a parcel may be in several."""

    __tablename__ = "parcel_use"

    run_id: Mapped[int] = of_run()
    parcel_code: Mapped[str] = mapped_column(Text, primary_key=True)
    construction_state: Mapped[str] = mapped_column(Text, primary_key=True)
    supply_state: Mapped[str] = mapped_column(Text, primary_key=True)
    high_tech: Mapped[str] = mapped_column(Text, primary_key=True)
    observed_on: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    area_m2: Mapped[Decimal]


class ParkRate(Base):
    """One rate of one part of a park with both sides; NULL with a reason; ``over`` marks a share above 1."""

    __tablename__ = "park_rate"

    run_id: Mapped[int] = of_run()
    park_code: Mapped[str] = mapped_column(Text, primary_key=True)
    zone_part: Mapped[str] = mapped_column(Text, primary_key=True)
    rate: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[Decimal | None]
    numerator: Mapped[Decimal | None]
    denominator: Mapped[Decimal | None]
    unit: Mapped[str]
    over: Mapped[bool]
    reason: Mapped[str] = mapped_column(server_default="")


class LandConsumption(Base):
    """SDG 11.3.1 of a park between two surveyed years."""

    __tablename__ = "land_consumption"

    run_id: Mapped[int] = of_run()
    park_code: Mapped[str] = mapped_column(Text, primary_key=True)
    from_year: Mapped[int] = mapped_column(primary_key=True)
    to_year: Mapped[int] = mapped_column(primary_key=True)
    land_consumption_rate: Mapped[Decimal | None]
    population_growth_rate: Mapped[Decimal | None]
    consumption_ratio: Mapped[Decimal | None]
    builtup_per_person: Mapped[Decimal | None]
    reason: Mapped[str] = mapped_column(server_default="")
