"""Rows of the exports about the land of parks, of warnings, and of the order of visits."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy import Connection, RowMapping, Table, and_, case, func, or_, select

from data.models import Base, IdleVerdict, Parcel
from data.sql import load
from etl.export import columns_land as c
from etl.export.columns import Column
from etl.export.dataset import Dataset, Question, Source
from etl.facts import from_wkb
from gis.definitions import DEFINITIONS
from gis.words import CONFIDENCES, VERDICTS, WARNINGS, word
from gis.words_land import BASES, STATES, ZONE_PARTS, reason_words

AREAS = "growth-areas"
Builder = Callable[[Connection, Any, Question, Any, dict[str, str]], Dataset]
_SUSPECTED = ("IDLE_NOT_COMMENCED", "MAY_BE_IDLE")


def _rows(connection: Connection, table: Table, question: Question, run_id: int) -> Sequence[RowMapping]:
    keys = [column.collate("C") if column.type.python_type is str else column for column in table.primary_key]
    statement = select(table).where(table.c.run_id == run_id).order_by(*keys)
    if question.park_code is not None:
        statement = statement.where(table.c.park_code == question.park_code)
    return connection.execute(statement).mappings().all()


def _hectares(row: RowMapping, name: str) -> Any:
    """Return a value of a row; hectares of the square metres that it holds."""
    if name in row:
        return row[name]
    area: Decimal | None = row[name.removesuffix("_ha") + "_m2"]
    return None if area is None else area.scaleb(-4)


def _plain(
    what: str, table: str, columns: Sequence[Column], told: Callable[[Any, str], dict[str, Any]]
) -> Builder:
    """Return a builder of rows that are rows of one table; ``told`` makes the values in words."""

    def build(connection: Connection, _: Any, question: Question, run_id: Any, __: Any) -> Dataset:
        rows = []
        for row in _rows(connection, Base.metadata.tables[table], question, run_id):
            made = told(row, question.lang)
            rows.append([made[k.name] if k.name in made else _hectares(row, k.name) for k in columns])
        return Dataset(what, question, Source(None, None), columns, rows)

    return build


def _reason(row: RowMapping, lang: str) -> dict[str, Any]:
    return {"reason": reason_words(row["reason"], lang)}


def _rate(row: RowMapping, lang: str) -> dict[str, Any]:
    kind = DEFINITIONS[row["rate"]]
    name = kind.en if lang == "en" else kind.zh
    part = word(ZONE_PARTS, row["zone_part"], lang)
    return _reason(row, lang) | {"name": name, "formula": kind.formula, "zone_part": part}


def _stock(connection: Connection, _: Any, question: Question, run_id: Any, __: Any) -> Dataset:
    """Return the land states of each park, in the order of the tree."""
    found = _rows(connection, Base.metadata.tables["land_stock"], question, run_id)
    zones = {(row["park_code"], row["zone_part"]): row["area_m2"] for row in found if row["code"] == "ZONE"}
    order = {code: number for number, code in enumerate(STATES)}
    lang, rows = question.lang, []
    for row in sorted(found, key=lambda row: (row["park_code"], row["zone_part"], order[row["code"]])):
        area, zone = row["area_m2"], zones.get((row["park_code"], row["zone_part"]))
        share = round(area / zone, 6) if area is not None and zone else None
        rows.append([
            row["park_code"], word(ZONE_PARTS, row["zone_part"], lang), row["code"], word(STATES, row["code"], lang),
            None if area is None else area.scaleb(-4), share, word(BASES, row["basis"], lang) if row["basis"] else "",
            row["observed_on"], reason_words(row["reason"], lang),
        ])  # fmt: skip
    return Dataset("stock", question, Source(None, None), c.STOCK, rows)


def _areas(connection: Connection, _: Any, question: Question, run_id: Any, __: Any) -> Dataset:
    """Return the built-up land of each park and year with its shape; the areas are those of the page of growth."""
    asked = {"run_id": run_id, "park": question.park_code}
    found = connection.execute(load("growth_areas"), asked).mappings().all()
    rows = [[_hectares(row, column.name) for column in c.AREAS] for row in found]
    shapes = from_wkb([row["shape"] for row in found]) if found else np.array([], dtype=object)
    return Dataset(AREAS, question, Source(None, None), c.AREAS, rows, shapes)


def _parcels(
    connection: Connection, question: Question, run_id: int, condition: Any, *order: Any
) -> Sequence[RowMapping]:
    table = IdleVerdict.__table__
    names = ("holder", "location", "registered_area_m2")
    statement = (
        select(table, *(Parcel.__table__.c[name] for name in names))
        .join(Parcel, Parcel.version_id == IdleVerdict.version_id)
        .where(IdleVerdict.run_id == run_id, condition)
        .order_by(*order, IdleVerdict.parcel_code.collate("C"))
    )
    if question.park_code is not None:
        statement = statement.where(IdleVerdict.park_code == question.park_code)
    return connection.execute(statement).mappings().all()


def _warnings(connection: Connection, _: Any, question: Question, run_id: Any, __: Any) -> Dataset:
    """Return the parcels with a warning, the nearest date first."""
    due = IdleVerdict.next_due_on - 1
    rows = []
    for row in _parcels(connection, question, run_id, IdleVerdict.warning_days.is_not(None), due):
        date = row["next_due_on"].fromordinal(row["next_due_on"].toordinal() - 1)
        told = {
            "due_on": date,
            "days_left": (date - question.as_of).days,
            "what": word(WARNINGS, row["verdict"], question.lang),
        }
        rows.append([told[k.name] if k.name in told else row[k.name] for k in c.WARNINGS])
    return Dataset("warnings", question, Source(None, None), c.WARNINGS, rows)


def _visits(connection: Connection, _: Any, question: Question, run_id: Any, __: Any) -> Dataset:
    """Return the parcels worth a visit, in order.

    First suspicions that something on record speaks against (a visit may clear them), then land idle for
    two years, then other suspicions, then land that cannot be decided, then warnings of the last 30 days;
    in each group the largest first.
    """
    suspected = IdleVerdict.verdict.in_(_SUSPECTED)
    nearest = select(func.min(IdleVerdict.warning_days)).where(IdleVerdict.run_id == run_id).scalar_subquery()
    group = case(
        (IdleVerdict.confidence == "LOW", 0), (IdleVerdict.band == "Y2", 1), (suspected, 2),
        (IdleVerdict.verdict == "UNDETERMINED", 3), else_=4,
    )  # fmt: skip
    chosen = or_(
        suspected, IdleVerdict.verdict == "UNDETERMINED",
        and_(IdleVerdict.warning_days == nearest, IdleVerdict.verdict.in_(("OVERDUE", "SUSPENDED_UNDER_1Y"))),
    )  # fmt: skip
    area = func.coalesce(Parcel.registered_area_m2, Parcel.drawn_area_m2)
    rows = []
    for number, row in enumerate(_parcels(connection, question, run_id, chosen, group, area.desc()), start=1):
        told = {"no": number, "why": _why(row, question.lang)}
        rows.append([told[k.name] if k.name in told else row[k.name] for k in c.VISITS])
    return Dataset("visits", question, Source(None, None), c.VISITS, rows)


def _why(row: RowMapping, lang: str) -> str:
    parts = [word(VERDICTS, row["verdict"], lang)]
    if row["confidence"]:
        parts.append(word(CONFIDENCES, row["confidence"], lang))
    if row["warning_days"] is not None:
        parts.append(f"{word(WARNINGS, row['verdict'], lang)} ≤ {row['warning_days']}")
    return ("；" if lang == "zh" else "; ").join(parts)


BUILDERS: dict[str, Builder] = {
    "stock": _stock,
    "ledger": _plain("ledger", "growth_ledger", c.LEDGER, lambda row, lang: {}),
    "boundaries": _plain("boundaries", "boundary_count", c.BOUNDARIES, lambda row, lang: {}),
    "ledger-parcels": _plain("ledger-parcels", "ledger_parcel", c.LEDGER_PARCELS, lambda row, lang: {}),
    "rates": _plain("rates", "park_rate", c.RATES, _rate),
    "consumption": _plain("consumption", "land_consumption", c.CONSUMPTION, _reason),
    AREAS: _areas,
    "warnings": _warnings,
    "visits": _visits,
}
