"""From the database to the rows of an export."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
from geopandas import GeoSeries
from sqlalchemy import Connection, Select, func, or_, select

from data.layers import published_table
from data.models import (
    AnalysisRun,
    Building,
    Builtup,
    BuiltupGrowth,
    IdleVerdict,
    IntensityVerdict,
    Parcel,
    Park,
    PlanZone,
)
from data.session import transaction
from data.sites import ParkNotFound
from data.statistics import Terms
from etl.analysis.judging import Progress
from etl.analysis.run import ensure_run
from etl.export import agreements, disagreements, land
from etl.export import columns as c
from etl.export.dataset import Dataset, Question, Source
from etl.export.errors import ExportRefused
from etl.export.idle_list import idle_list_rows
from etl.facts import DataState, data_state, from_wkb, known_at, known_in
from gis.areas import area_m2

_MORE = land.BUILDERS | agreements.BUILDERS | disagreements.BUILDERS
_JUDGED = ("parcels", "verdicts", "idle-list", "intensity", "growth", "mapped", *_MORE)
WITHOUT_SHAPE = ("intensity", "growth", *(what for what in _MORE if what != land.AREAS))
WHATS = ("parcels", "parks", "builtup", "buildings", "plan-zones", "verdicts", "idle-list",
         "intensity", "growth", *_MORE)  # fmt: skip


def dataset(what: str, question: Question, progress: Progress | None = None) -> Dataset:
    """Return the rows of one WHAT for exactly the day and the time asked.

    Raises
    ------
    ExportRefused
        There is no such WHAT.
    ParkNotFound
        No park has the code asked for.
    """
    if what not in _BUILDERS:
        raise ExportRefused(
            f"There is no export {what!r}. There are: {', '.join(WHATS)}.",
            f"没有导出内容 {what!r}。可导出：{'、'.join(WHATS)}。",
        )
    run_id = _run(question, progress) if what in _JUDGED else None
    with transaction() as connection:
        state = data_state(connection, question.known_on)
        parks = park_names(connection, state)
        if question.park_code is not None and question.park_code not in parks:
            raise ParkNotFound(question.park_code, sorted(parks))
        found = _BUILDERS[what](connection, state, question, run_id, parks)
        return replace(
            found,
            source=_source(connection, state, run_id),
            park_name=parks.get(question.park_code or ""),
            undetermined=_undetermined(connection, run_id, question.park_code),
        )


def _run(question: Question, progress: Progress | None) -> int:
    """Return the run over all parks: a park's part of it is the same as a run of its own."""
    return ensure_run(question.as_of, question.known_on, None, question.person, progress)


def park_names(connection: Connection, state: DataState) -> dict[str, str]:
    """Return the name of each park as known then, by its code."""
    rows = connection.execute(
        select(Park.park_code, Park.park_name).where(known_at("park", state)).order_by(Park.boundary_version)
    )
    return {code: name or code for code, name in rows}


def _source(connection: Connection, state: DataState, run_id: int | None) -> Source:
    if run_id is None:
        return Source(state.publication_id, state.published_at)
    run = connection.execute(select(AnalysisRun).where(AnalysisRun.run_id == run_id)).one()
    return Source(state.publication_id, state.published_at, run_id, run.rules_version, run.rules)


def _undetermined(connection: Connection, run_id: int | None, park_code: str | None) -> int:
    statement = select(func.count()).where(
        IdleVerdict.run_id == run_id, IdleVerdict.verdict == "UNDETERMINED"
    )
    if park_code is not None:
        statement = statement.where(IdleVerdict.park_code == park_code)
    count: int = connection.execute(statement).scalar_one()
    return count


def _make(
    connection: Connection,
    statement: Select[Any],
    what: str,
    question: Question,
    columns: Sequence[c.Column],
) -> Dataset:
    """Run a query whose last column is the shape, unless the WHAT has none."""
    rows = [list(row) for row in connection.execute(statement)]
    shapes = None
    if what not in WITHOUT_SHAPE:
        shapes = from_wkb([row.pop() for row in rows]) if rows else np.array([], dtype=object)
    return Dataset(what, question, Source(None, None), columns, rows, shapes)


def _parcel_rows(
    connection: Connection, state: DataState, question: Question, run_id: int | None, columns: Any, what: str
) -> Dataset:
    verdicts, parcels = IdleVerdict.__table__, Parcel.__table__
    found = [
        parcels.c[column.name]
        if column.name in parcels.c and column.name != "park_code"
        else verdicts.c[column.name]
        for column in columns
    ]
    statement = (
        select(*found, func.ST_AsBinary(Parcel.geom))
        .join(Parcel, Parcel.version_id == IdleVerdict.version_id)
        .where(IdleVerdict.run_id == run_id)
        .order_by(Parcel.parcel_code.collate("C"))
    )
    if question.park_code is not None:
        statement = statement.where(IdleVerdict.park_code == question.park_code)
    return _make(connection, statement, what, question, columns)


def _parcels(connection: Connection, state: DataState, question: Question, run_id: Any, _: Any) -> Dataset:
    return _parcel_rows(connection, state, question, run_id, c.PARCELS, "parcels")


def _verdicts(connection: Connection, state: DataState, question: Question, run_id: Any, _: Any) -> Dataset:
    return _parcel_rows(connection, state, question, run_id, c.VERDICTS, "verdicts")


def _mapped(connection: Connection, state: DataState, question: Question, run_id: Any, _: Any) -> Dataset:
    """Return all that the hand-out map says of a parcel; not an export of its own."""
    return _parcel_rows(connection, state, question, run_id, c.MAPPED, "mapped")


def _idle_list(
    connection: Connection, state: DataState, question: Question, run_id: Any, parks: dict[str, str]
) -> Dataset:
    rows, shapes = idle_list_rows(connection, state, question, run_id, parks)
    return Dataset("idle-list", question, Source(None, None), c.IDLE_LIST, rows, from_wkb(shapes))


def _layer(model: Any, what: str, columns: Sequence[c.Column], day: Any) -> Any:
    """Return a builder of a layer that no run is needed for; ``day`` dates its rows."""

    def build(connection: Connection, state: DataState, question: Question, _: Any, __: Any) -> Dataset:
        table = published_table(model.__tablename__)
        names = [column.name for column in columns if column.name in table.c]
        statement = (
            select(*(table.c[name] for name in names), func.ST_AsBinary(table.c.geom))
            .where(known_at(model.__tablename__, state))
            .order_by(*(table.c[name] for name in names), table.c.version_id)
        )
        if day is not None:
            statement = statement.where(or_(day.is_(None), day <= question.as_of))
        if question.park_code is not None:
            statement = statement.where(_in_park(model, state, question.park_code))
        return _make(connection, statement, what, question, columns)

    return build


def _in_park(model: Any, state: DataState, park_code: str) -> Any:
    if model is Park:
        return Park.park_code == park_code
    here = Park.__table__.alias("here")
    return (
        select(here.c.version_id)
        .where(
            known_in(here, state),
            here.c.park_code == park_code,
            func.ST_Intersects(here.c.geom, model.geom),
        )
        .exists()
    )


def _builtup(
    connection: Connection, state: DataState, question: Question, run_id: Any, parks: Any
) -> Dataset:
    found: Dataset = _layer(Builtup, "builtup", c.BUILTUP, Builtup.observed_on)(
        connection, state, question, run_id, parks
    )
    rows = [[*row, area] for row, area in zip(found.rows, _areas(found.shapes), strict=True)]
    return replace(found, rows=rows)


def _areas(shapes: Any) -> list[Decimal]:
    """Return areas in square metres, to the hundredth."""
    if not len(shapes):
        return []
    measured = area_m2(GeoSeries(shapes, crs="EPSG:4490"))
    return [Decimal(str(round(value, 2))) for value in measured.tolist()]


def _intensity(connection: Connection, _: DataState, question: Question, run_id: Any, __: Any) -> Dataset:
    table = IntensityVerdict.__table__
    statement = (
        select(*(table.c[column.name] for column in c.INTENSITY))
        .where(*Terms(question.park_code, question.term, question.verdict).conditions(run_id))
        .order_by(IntensityVerdict.contract_no.collate("C"), IntensityVerdict.term)
    )
    return _make(connection, statement, "intensity", question, c.INTENSITY)


def _growth(connection: Connection, _: DataState, question: Question, run_id: Any, __: Any) -> Dataset:
    statement: Any = (
        select(
            BuiltupGrowth.park_code,
            BuiltupGrowth.year,
            BuiltupGrowth.builtup_m2,
            BuiltupGrowth.change_m2,
            BuiltupGrowth.growth_rate,
            BuiltupGrowth.target_met,
        )
        .where(BuiltupGrowth.run_id == run_id)
        .order_by(BuiltupGrowth.park_code, BuiltupGrowth.year)
    )
    if question.park_code is not None:
        statement = statement.where(BuiltupGrowth.park_code == question.park_code)
    found = _make(connection, statement, "growth", question, c.GROWTH)
    rows = [[park, year, _ha(area), _ha(change), *rest] for park, year, area, change, *rest in found.rows]
    return replace(found, rows=rows)


def _ha(area_m2: Decimal | None) -> Decimal | None:
    """Return hectares of square metres, exactly."""
    return None if area_m2 is None else area_m2.scaleb(-4)


_Builder = Callable[[Connection, DataState, Question, Any, dict[str, str]], Dataset]
_BUILDERS: dict[str, _Builder] = {
    "parcels": _parcels,
    "verdicts": _verdicts,
    "mapped": _mapped,
    "idle-list": _idle_list,
    "parks": _layer(Park, "parks", c.PARKS, Park.valid_from),
    "builtup": _builtup,
    "buildings": _layer(Building, "buildings", c.BUILDINGS, None),
    "plan-zones": _layer(PlanZone, "plan-zones", c.PLAN_ZONES, PlanZone.valid_from),
    "intensity": _intensity,
    "growth": _growth,
    **_MORE,
}
