"""The delivered layers. Columns are those of the canonical form; units are in the names."""

import datetime as dt
from decimal import Decimal
from typing import Any

from geoalchemy2 import WKBElement
from sqlalchemy import CheckConstraint, Index, Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, Versioned, history, polygons

CONTRACT_TYPES = ("GRANT", "ALLOCATION", "LEASE", "ENTRY", "SUPPLEMENT")
EVENTS = (
    "DELIVERED", "PERMIT", "REPORTED_START", "FOUNDATION", "PROGRESS",
    "SUSPENDED", "RESUMED", "COMPLETED", "COMPLETION_CHECKED",
)  # fmt: skip
CAUSES = ("ENTERPRISE", "G1", "G2", "G3", "G4", "G5", "G6", "FORCE_MAJEURE", "PREPARATORY")
CONSTRUCTION_STATES = (
    "A", "A1", "A2", "A3", "A31", "A32", "A4", "A5", "A51", "A52", "A6",
    "B", "B1", "B11", "B12", "B2", "B21", "B22", "C", "C1", "C2", "C3",
)  # fmt: skip
SUPPLY_STATES = ("D", "D1", "D2", "D21", "D22", "E", "E1", "E2", "E21", "E22", "F")


def choice(*values: str) -> Any:
    """Return a text column that holds one of some codes, or nothing."""
    return mapped_column(Text, info={"choices": values})


def required() -> Any:
    """Return a text column that is part of a key."""
    return mapped_column(Text, nullable=False)


def _allowed(**columns: tuple[str, ...]) -> tuple[CheckConstraint, ...]:
    """Return the constraints that hold code columns to their codes."""
    return tuple(
        CheckConstraint(f"{column} IN ({', '.join(repr(v) for v in values)})", name=f"{column}_code")
        for column, values in columns.items()
    )


class Park(Versioned, Base):
    """A park boundary (园区范围) of one version."""

    __tablename__ = "park"
    __table_args__ = history("park", "park_code", "boundary_version", geometry=True)

    park_code: Mapped[str] = required()
    park_name: Mapped[str | None]
    level: Mapped[str | None]
    division_code: Mapped[str | None]
    boundary_version: Mapped[str] = required()
    approved_area_ha: Mapped[Decimal | None]
    valid_from: Mapped[dt.date | None]
    geom: Mapped[WKBElement] = polygons()


class Parcel(Versioned, Base):
    """A parcel (宗地): one cadastral unit with one land-use right."""

    __tablename__ = "parcel"
    __table_args__ = (
        *history("parcel", "parcel_code", geometry=True),
        Index("ix_parcel_park_code", "park_code"),
        # the areas that totals add up, read without the rows that hold the shapes
        Index("ix_parcel_areas", "version_id", postgresql_include=["registered_area_m2", "drawn_area_m2"]),
        *_allowed(ownership=("STATE", "COLLECTIVE")),
    )

    parcel_code: Mapped[str] = required()
    park_code: Mapped[str | None]
    unit_code: Mapped[str | None]
    supervision_no: Mapped[str | None]
    location: Mapped[str | None]
    holder: Mapped[str | None]
    holder_credit_code: Mapped[str | None]
    registered_area_m2: Mapped[Decimal | None]
    landuse_code: Mapped[str | None]
    landuse_scheme: Mapped[str | None]
    supply_mode: Mapped[str | None]
    ownership: Mapped[str | None] = choice("STATE", "COLLECTIVE")
    in_monitoring_system: Mapped[bool | None]
    geom: Mapped[WKBElement] = polygons()
    drawn_area_m2: Mapped[Decimal] = mapped_column(Numeric(18, 4), info={"derived": True})


class Builtup(Versioned, Base):
    """A patch of built urban construction land (已建成城镇建设用地) observed on one date."""

    __tablename__ = "builtup"
    __table_args__ = (
        *history("builtup", geometry=True),
        Index("ix_builtup_observed_on", "observed_on"),
    )

    observed_on: Mapped[dt.date]
    source: Mapped[str | None]
    geom: Mapped[WKBElement] = polygons()


class LandState(Versioned, Base):
    """A patch classified by construction and supply state."""

    __tablename__ = "land_state"
    __table_args__ = (
        *history("land_state", geometry=True),
        *_allowed(
            construction_state=CONSTRUCTION_STATES, supply_state=SUPPLY_STATES,
            zone_part=("MAIN", "DIRECTION"), high_tech=("H1", "H2"),
        ),
    )  # fmt: skip

    observed_on: Mapped[dt.date]
    construction_state: Mapped[str | None] = choice(*CONSTRUCTION_STATES)
    supply_state: Mapped[str | None] = choice(*SUPPLY_STATES)
    zone_part: Mapped[str | None] = choice("MAIN", "DIRECTION")
    high_tech: Mapped[str | None] = choice("H1", "H2")
    source: Mapped[str | None]
    geom: Mapped[WKBElement] = polygons()


class Building(Versioned, Base):
    """A building or plant."""

    __tablename__ = "building"
    __table_args__ = (
        *history("building", "building_id", geometry=True),
        Index("ix_building_parcel_code", "parcel_code"),
    )

    building_id: Mapped[str] = required()
    parcel_code: Mapped[str | None]
    floor_area_m2: Mapped[Decimal | None]
    footprint_m2: Mapped[Decimal | None]
    storeys: Mapped[Decimal | None]
    completed_on: Mapped[dt.date | None]
    geom: Mapped[WKBElement] = polygons()


class PlanZone(Versioned, Base):
    """A zone of a plan (规划用地、三区三线) of one version."""

    __tablename__ = "plan_zone"
    __table_args__ = history("plan_zone", geometry=True)

    plan: Mapped[str | None]
    version: Mapped[str | None]
    zone_code: Mapped[str | None]
    zone_class: Mapped[str | None]
    valid_from: Mapped[dt.date | None]
    geom: Mapped[WKBElement] = polygons()


class Contract(Versioned, Base):
    """A grant or lease contract, allocation decision, supplement or entry contract."""

    __tablename__ = "contract"
    __table_args__ = (
        *history("contract", "contract_no"),
        Index("ix_contract_parcel_codes", "parcel_codes", postgresql_using="gin"),
        *_allowed(contract_type=CONTRACT_TYPES, area_basis=("GRANTED", "SURVEYED")),
    )

    contract_no: Mapped[str] = required()
    contract_type: Mapped[str | None] = choice(*CONTRACT_TYPES)
    amends: Mapped[str | None]
    parcel_codes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    holder: Mapped[str | None]
    holder_credit_code: Mapped[str | None]
    signed_on: Mapped[dt.date | None]
    delivery_by: Mapped[dt.date | None]
    delivered_on: Mapped[dt.date | None]
    commence_by: Mapped[dt.date | None]
    complete_by: Mapped[dt.date | None]
    invest_by: Mapped[dt.date | None]
    price_wan: Mapped[Decimal | None]
    granted_area_m2: Mapped[Decimal | None]
    area_basis: Mapped[str | None] = choice("GRANTED", "SURVEYED")
    total_investment_wan: Mapped[Decimal | None]
    planned_investment_ex_land_wan: Mapped[Decimal | None]
    intensity_wan_per_ha: Mapped[Decimal | None]
    due_area_m2: Mapped[Decimal | None]
    far_min: Mapped[Decimal | None]
    industry_code: Mapped[str | None]
    industry_code_version: Mapped[str | None]
    shortfall_clause: Mapped[bool | None]
    cure_days: Mapped[Decimal | None]


class ContractPhase(Versioned, Base):
    """One phase of a contract."""

    __tablename__ = "contract_phase"
    __table_args__ = history("contract_phase", "contract_no", "phase")

    contract_no: Mapped[str] = required()
    phase: Mapped[str] = required()
    area_m2: Mapped[Decimal | None]
    investment_wan: Mapped[Decimal | None]
    due_on: Mapped[dt.date | None]


class ConstructionEvent(Versioned, Base):
    """A dated fact: permit, foundation, progress, suspension, resumption, completion."""

    __tablename__ = "construction_event"
    __table_args__ = (
        *history("construction_event"),
        Index("ix_construction_event_parcel_code", "parcel_code"),
        *_allowed(event=EVENTS, foundation_type=("PIT", "PILES", "OTHER")),
    )

    parcel_code: Mapped[str] = required()
    event: Mapped[str | None] = choice(*EVENTS)
    happened_on: Mapped[dt.date | None]
    foundation_type: Mapped[str | None] = choice("PIT", "PILES", "OTHER")
    done: Mapped[Decimal | None]
    of: Mapped[Decimal | None]
    developed_area_m2: Mapped[Decimal | None]
    source: Mapped[str | None]


class InvestmentReport(Versioned, Base):
    """Invested amounts by component, cumulative, per contract and date."""

    __tablename__ = "investment_report"
    __table_args__ = (
        *history("investment_report"),
        Index("ix_investment_report_contract_no", "contract_no"),
        *_allowed(basis=("REPORTED", "VERIFIED")),
    )

    contract_no: Mapped[str] = required()
    reported_on: Mapped[dt.date | None]
    basis: Mapped[str | None] = choice("REPORTED", "VERIFIED")
    building_wan: Mapped[Decimal | None]
    equipment_wan: Mapped[Decimal | None]
    land_price_wan: Mapped[Decimal | None]
    land_tax_wan: Mapped[Decimal | None]
    other_wan: Mapped[Decimal | None]
    total_wan: Mapped[Decimal | None]
    source: Mapped[str | None]


class IdleCause(Versioned, Base):
    """A claimed or verified cause of idleness, with its interval."""

    __tablename__ = "idle_cause"
    __table_args__ = (
        *history("idle_cause"),
        Index("ix_idle_cause_parcel_code", "parcel_code"),
        *_allowed(cause=CAUSES),
    )

    parcel_code: Mapped[str] = required()
    cause: Mapped[str | None] = choice(*CAUSES)
    from_on: Mapped[dt.date | None]
    to_on: Mapped[dt.date | None]
    verified_on: Mapped[dt.date | None]
    verified_by: Mapped[str | None]
    source: Mapped[str | None]


class Enterprise(Versioned, Base):
    """An enterprise."""

    __tablename__ = "enterprise"
    __table_args__ = history("enterprise", "credit_code")

    credit_code: Mapped[str] = required()
    enterprise_name: Mapped[str | None]
    industry_code: Mapped[str | None]
    industry_code_version: Mapped[str | None]
    status: Mapped[str | None]


class ParkStatistics(Versioned, Base):
    """Reported yearly figures of a park."""

    __tablename__ = "park_statistics"
    __table_args__ = history("park_statistics", "park_code", "year")

    park_code: Mapped[str] = required()
    year: Mapped[int]
    gdp_wan: Mapped[Decimal | None]
    fixed_asset_investment_wan: Mapped[Decimal | None]
    industrial_value_added_wan: Mapped[Decimal | None]
    tax_wan: Mapped[Decimal | None]
    population: Mapped[Decimal | None]
    source: Mapped[str | None]
