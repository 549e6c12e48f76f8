"""The rows of the delivery before they are written, and what each parcel is expected to be."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from etl.sample.layout import Plot

CENT = Decimal("0.01")
FEE_STEP = Decimal("0.000001")  # 0.01 yuan in 10,000 yuan


@dataclass(slots=True)
class Contract:
    """One row of a contract ledger. Money in 10,000 yuan, areas in square metres."""

    contract_no: str
    contract_type: str
    plots: list[str]
    signed_on: dt.date | None
    holder: str | None = None
    holder_credit_code: str | None = None
    amends: str | None = None
    delivery_by: dt.date | None = None
    delivered_on: dt.date | None = None
    commence_by: dt.date | None = None
    complete_by: dt.date | None = None
    invest_by: dt.date | None = None
    price_wan: Decimal | None = None
    granted_area_m2: Decimal | None = None
    area_basis: str | None = None
    total_investment_wan: Decimal | None = None
    planned_investment_ex_land_wan: Decimal | None = None
    intensity_wan_per_ha: Decimal | None = None
    due_area_m2: Decimal | None = None
    far_min: Decimal | None = None
    industry_code: str | None = None
    shortfall_clause: bool | None = None
    cure_days: int | None = None


@dataclass(slots=True)
class Event:
    """One dated fact about construction on a parcel."""

    parcel_code: str
    event: str
    happened_on: dt.date | None
    foundation_type: str | None = None
    done: Decimal | None = None
    of: Decimal | None = None
    developed_area_m2: Decimal | None = None


@dataclass(slots=True)
class Report:
    """Cumulative investment of one contract on one day, in 10,000 yuan."""

    contract_no: str
    reported_on: dt.date | None
    basis: str
    building_wan: Decimal | None = None
    equipment_wan: Decimal | None = None
    land_price_wan: Decimal | None = None
    land_tax_wan: Decimal | None = None
    other_wan: Decimal | None = None
    total_wan: Decimal | None = None


@dataclass(slots=True)
class Cause:
    """A claimed or verified cause of idleness."""

    parcel_code: str
    cause: str
    from_on: dt.date
    to_on: dt.date | None = None
    verified_on: dt.date | None = None


@dataclass(slots=True)
class Expected:
    """What a parcel must be judged to be on a day, by how it was made."""

    parcel_code: str
    as_of: dt.date
    verdict: str
    band: str = ""
    limbs: tuple[str, ...] = ()
    cause: str = ""
    path: str = "NONE"
    fee_wan: Decimal | None = None
    blocked: str = ""
    by_reference: bool = False
    missing: tuple[str, ...] = ()
    case: str = ""
    why: str = ""


@dataclass(slots=True)
class ExpectedIntensity:
    """What a term of a contract must be judged to be on a day."""

    case: str
    contract_no: str
    as_of: dt.date
    term: str
    verdict: str
    actual: Decimal | None
    required: Decimal | None
    why: str


@dataclass(slots=True)
class Book:
    """Everything on record in the sample."""

    contracts: list[Contract] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)
    intensity: list[ExpectedIntensity] = field(default_factory=list)
    industries: dict[str, tuple[str, str]] = field(default_factory=dict)  # credit code -> name, code

    def event(self, plot: Plot, event: str, on: dt.date | None, **facts: object) -> None:
        """Put an event of a parcel on record."""
        self.events.append(Event(plot.code, event, on, **facts))  # type: ignore[arg-type]

    def cause(self, plot: Plot, cause: str, from_on: dt.date, verified_on: dt.date | None) -> None:
        """Put a cause on record; without a day of verification it is a claim."""
        self.causes.append(Cause(plot.code, cause, from_on, None, verified_on))


def fee(price_wan: Decimal) -> Decimal:
    """Return 20 % of a price, half-up to 0.01 yuan (Measures Art. 14)."""
    return (price_wan / 5).quantize(FEE_STEP, ROUND_HALF_UP)


def money(value: float) -> Decimal:
    """Return an amount in 10,000 yuan, to 100 yuan."""
    return Decimal(repr(round(value, 6))).quantize(CENT, ROUND_HALF_UP)


def plain(value: Decimal | None) -> str:
    """Return an exact decimal string without trailing zeros."""
    if value is None:
        return ""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
