"""A stored run in figures: how many parcels of each verdict, with their areas."""

import datetime as dt
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, select

from data import disagreements, land
from data.models import AnalysisRun, BuiltupGrowth, IdleVerdict, IntensityVerdict, Parcel
from etl.numbers import text_of

Group = tuple[int, Decimal]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The figures of a run. Areas are registered areas in square metres, drawn ones where none is registered.

    ``verdicts`` has one entry a verdict, ``parks`` one a park: number and area.
    ``without_area`` counts the parcels counted with their drawn area.
    """

    run_id: int
    as_of: str
    known_on: str
    publication_id: int | None
    park_code: str | None
    rules_version: str
    computed_at: str
    parcels: int
    area_m2: Decimal
    without_area: int
    verdicts: dict[str, Group]
    suspected: Group
    parks: dict[str, Group]
    intensity: dict[str, int] = field(default_factory=dict)
    growth: list[dict[str, Any]] = field(default_factory=list)
    warnings: dict[str, dict[str, int]] = field(default_factory=dict)
    land: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    disagreements: dict[str, dict[str, int]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the figures as plain values; areas as exact decimal strings."""
        found = asdict(self)
        found["area_m2"] = text_of(self.area_m2)
        found["suspected"] = _group(self.suspected)
        for name in ("verdicts", "parks"):
            found[name] = {code: _group(group) for code, group in getattr(self, name).items()}
        return found


def summary(connection: Connection, run_id: int) -> RunSummary:
    """Return the figures of a stored run."""
    run = connection.execute(select(AnalysisRun).where(AnalysisRun.run_id == run_id)).one()
    rows = connection.execute(_groups(run_id)).all()
    verdicts = _collect(rows, lambda row: row.verdict)
    suspected = _collect(
        [row for row in rows if row.verdict in ("IDLE_NOT_COMMENCED", "MAY_BE_IDLE")], lambda row: "all"
    )
    return RunSummary(
        run_id=run_id,
        as_of=run.as_of.isoformat(),
        known_on=run.known_on.isoformat(),
        publication_id=run.publication_id,
        park_code=run.park_code,
        rules_version=run.rules_version,
        computed_at=run.computed_at.isoformat(),
        parcels=sum(row.n for row in rows),
        area_m2=sum((row.area_m2 for row in rows), Decimal(0)),
        without_area=sum(row.without_area for row in rows),
        verdicts=verdicts,
        suspected=suspected.get("all", (0, Decimal(0))),
        parks=_collect(rows, lambda row: row.park_code or ""),
        intensity=_intensity(connection, run_id),
        growth=_growth(connection, run_id),
        warnings=_warnings(connection, run_id),
        land=_land(connection, run_id),
        disagreements=_disagreements(connection, run_id),
    )


def _groups(run_id: int) -> Any:
    registered = Parcel.registered_area_m2
    return (
        select(
            IdleVerdict.verdict,
            IdleVerdict.park_code,
            func.count().label("n"),
            func.sum(func.coalesce(registered, Parcel.drawn_area_m2)).label("area_m2"),
            func.count().filter(registered.is_(None)).label("without_area"),
        )
        .join(Parcel, Parcel.version_id == IdleVerdict.version_id)
        .where(IdleVerdict.run_id == run_id)
        .group_by(IdleVerdict.verdict, IdleVerdict.park_code)
        .order_by(IdleVerdict.verdict, IdleVerdict.park_code)
    )


def _collect(rows: Any, key: Any) -> dict[str, Group]:
    found: dict[str, Group] = {}
    for row in rows:
        n, area = found.get(key(row), (0, Decimal(0)))
        found[key(row)] = (n + row.n, area + Decimal(row.area_m2))
    return found


def _group(group: Group) -> dict[str, Any]:
    return {"n": group[0], "area_m2": text_of(group[1])}


def _intensity(connection: Connection, run_id: int) -> dict[str, int]:
    statement = (
        select(IntensityVerdict.verdict, func.count())
        .where(IntensityVerdict.run_id == run_id)
        .group_by(IntensityVerdict.verdict)
        .order_by(IntensityVerdict.verdict)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def _warnings(connection: Connection, run_id: int) -> dict[str, dict[str, int]]:
    """Return how many parcels have a warning, by what will happen and by level in days."""
    statement = (
        select(IdleVerdict.verdict, IdleVerdict.warning_days, func.count())
        .where(IdleVerdict.run_id == run_id, IdleVerdict.warning_days.is_not(None))
        .group_by(IdleVerdict.verdict, IdleVerdict.warning_days)
        .order_by(IdleVerdict.verdict, IdleVerdict.warning_days)
    )
    found: dict[str, dict[str, int]] = {}
    for verdict, level, n in connection.execute(statement):
        found.setdefault(verdict, {})[str(level)] = n
    return found


def _disagreements(connection: Connection, run_id: int) -> dict[str, dict[str, int]]:
    """Return how many disagreements of sources there are, by suspicion and kind."""
    found: dict[str, dict[str, int]] = {}
    for row in disagreements.counts(connection, run_id):
        of = found.setdefault(row["suspicion"], {})
        of[row["kind"]] = of.get(row["kind"], 0) + row["n"]
    return found


def _land(connection: Connection, run_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return the ledgers, land states, rates and consumption of the parks; figures as exact text."""
    tables = {
        "ledger": "growth_ledger",
        "boundaries": "boundary_count",
        "stock": "land_stock",
        "rates": "park_rate",
        "consumption": "land_consumption",
    }
    return {
        name: [
            {key: _plain(value) for key, value in row.items()} for row in land.rows(connection, table, run_id)
        ]
        for name, table in tables.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return text_of(value) if isinstance(value, Decimal) else value


def _growth(connection: Connection, run_id: int) -> list[dict[str, Any]]:
    statement = (
        select(
            BuiltupGrowth.park_code, BuiltupGrowth.year, BuiltupGrowth.builtup_m2, BuiltupGrowth.target_met
        )
        .where(BuiltupGrowth.run_id == run_id)
        .order_by(BuiltupGrowth.park_code, BuiltupGrowth.year)
    )
    return [
        {"park_code": row[0], "year": row[1], "builtup_m2": text_of(row[2]), "target_met": row[3]}
        for row in connection.execute(statement)
    ]
