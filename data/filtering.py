"""The one filter of every list, map, chart and export, as conditions on the parcels of a stored run.

Areas are in square metres.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select

from data.models import AnalysisRun, Contract, IdleVerdict, Parcel
from gis.words import VERDICTS, status_of

AREA: ColumnElement[Decimal] = func.coalesce(Parcel.registered_area_m2, Parcel.drawn_area_m2)
MATCHED_COLUMNS = (Parcel.parcel_code, Parcel.supervision_no, Parcel.holder, Parcel.holder_credit_code,
                   Parcel.location)  # fmt: skip
SUPPLYING: Final = (
    "GRANT",
    "ALLOCATION",
    "LEASE",
)  # contracts that supply land; the others only change or add
NO_STAGE: Final = "UNKNOWN"  # how the filter names a stage that the record leaves open


@dataclass(frozen=True, slots=True)
class Filter:
    """Which parcels: empty means all. Areas in square metres, codes of the run's verdicts."""

    park: str | None = None
    status: tuple[str, ...] = ()
    verdict: tuple[str, ...] = ()
    band: str | None = None
    cause: str | None = None
    missing: str | None = None
    stage: tuple[str, ...] = ()
    use: str | None = None
    supplied_from: dt.date | None = None
    supplied_to: dt.date | None = None
    holder: str | None = None
    q: str | None = None
    area_min: Decimal | None = None
    area_max: Decimal | None = None
    entity_ids: tuple[int, ...] = ()
    box: tuple[float, float, float, float] | None = None
    """West, south, east, north in degrees EPSG:4490; parcels that touch it."""
    polygon: tuple[tuple[float, float], ...] | None = None
    """Corners of a simple ring, longitude and latitude in degrees EPSG:4490, not closed; parcels that touch its area."""

    def without(self, *names: str) -> "Filter":
        """Return the same filter with some conditions taken away."""
        kept = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in names}
        return Filter(**kept)


def verdicts_of(statuses: Sequence[str]) -> tuple[str, ...]:
    """Return the verdict codes that these map statuses show."""
    return tuple(code for code in VERDICTS if status_of(code) in statuses)


def _contains(column: Any, text: str) -> ColumnElement[bool]:
    """Say whether a typed text is part of a column, whatever its letters' case.

    Folding all of Unicode takes several times as long as the search itself, so it is left out where the text has no
    letter with two cases, and only letters of ASCII are folded where it has no others.
    """
    found: ColumnElement[bool]
    cased = [letter for letter in text if letter.lower() != letter.upper()]
    if not cased:
        found = column.contains(text, autoescape=True)
    elif all(letter.isascii() for letter in cased):
        found = func.lower(column.collate("C")).contains(text.lower(), autoescape=True)
    else:
        found = column.icontains(text, autoescape=True)
    return found


def _matches(text: str) -> ColumnElement[bool]:
    """Say whether a typed text is part of a number, a name or a contract number of the parcel."""
    named = _contains(Contract.contract_no, text)
    of_contract = select(func.unnest(Contract.parcel_codes)).where(named).scalar_subquery()
    return or_(*(_contains(column, text) for column in MATCHED_COLUMNS), Parcel.parcel_code.in_(of_contract))


def _supplied(run_id: int, since: dt.date | None, until: dt.date | None) -> Select[Any]:
    """Return the parcels whose governing contract was signed within the two days.

    The governing contract is read as for a verdict: of those that supply land the newest signed by the day. A
    contract without its day may be any of them, so a parcel that has one was supplied on no known day.
    """
    run = select(AnalysisRun.as_of, AnalysisRun.known_on).where(AnalysisRun.run_id == run_id).cte("asked_run")
    of_parcels = (
        select(func.unnest(Contract.parcel_codes).label("code"), Contract.signed_on)
        .join(run, Contract.known.op("@>")(run.c.known_on))
        .where(
            Contract.contract_type.in_(SUPPLYING),
            or_(Contract.signed_on.is_(None), Contract.signed_on <= run.c.as_of),
        )
        .subquery()
    )
    signed = func.max(of_parcels.c.signed_on)
    within: list[ColumnElement[bool]] = [not_(func.bool_or(of_parcels.c.signed_on.is_(None)))]
    if since:
        within.append(signed >= since)
    if until:
        within.append(signed <= until)
    return select(of_parcels.c.code).group_by(of_parcels.c.code).having(and_(*within))


def _ring(corners: Sequence[tuple[float, float]]) -> str:
    """Return a polygon of corners as WKT."""
    return f"POLYGON(({', '.join(f'{lon!r} {lat!r}' for lon, lat in (*corners, corners[0]))}))"


def conditions(run_id: int, asked: Filter) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter on ``idle_verdict`` joined with ``parcel``. The only such place."""
    found: list[ColumnElement[bool]] = []
    if asked.park:
        found.append(IdleVerdict.park_code == asked.park)
    if asked.status:
        found.append(IdleVerdict.verdict.in_(verdicts_of(asked.status)))
    if asked.verdict:
        found.append(IdleVerdict.verdict.in_(asked.verdict))
    if asked.band:
        found.append(IdleVerdict.band == asked.band)
    if asked.cause:
        found.append(IdleVerdict.cause.startswith(asked.cause, autoescape=True))
    if asked.missing:
        found.append(IdleVerdict.missing.contains([asked.missing]))
    if asked.stage:
        found.append(IdleVerdict.stage.in_("" if code == NO_STAGE else code for code in asked.stage))
    if asked.use:
        found.append(Parcel.landuse_code.startswith(asked.use, autoescape=True))
    if asked.supplied_from or asked.supplied_to:
        found.append(IdleVerdict.parcel_code.in_(_supplied(run_id, asked.supplied_from, asked.supplied_to)))
    if asked.holder:
        found.append(_contains(Parcel.holder, asked.holder))
    if asked.q:
        found.append(_matches(asked.q.strip()))
    if asked.area_min is not None:
        found.append(asked.area_min <= AREA)
    if asked.area_max is not None:
        found.append(asked.area_max >= AREA)
    if asked.entity_ids:
        found.append(IdleVerdict.entity_id.in_(asked.entity_ids))
    if asked.box:
        found.append(func.ST_Intersects(Parcel.geom, func.ST_MakeEnvelope(*asked.box, 4490)))
    if asked.polygon:
        found.append(func.ST_Intersects(Parcel.geom, func.ST_GeomFromText(_ring(asked.polygon), 4490)))
    return found
