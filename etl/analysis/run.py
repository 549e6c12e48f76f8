"""Runs of the analysis: computed once for a question, stored, and found again."""

import datetime as dt
import hashlib
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, func, insert, select

import data.rules as rule_packs
from data.identity import by_system
from data.models import AnalysisRun, Base
from data.session import transaction
from data.settings import settings
from data.version import VERSION
from etl.analysis.compute import Found, Judge, compute
from etl.analysis.judging import STEPS, Progress, tell
from etl.analysis.rows import Shelf, copy_frame, copy_ready
from etl.facts import DataState, data_state


@by_system
def ensure_run(
    as_of: dt.date,
    known_on: dt.datetime | None = None,
    park_code: str | None = None,
    person: str = "system",
    progress: Progress | None = None,
    how: Judge | None = None,
) -> int:
    """Return the run that answers for a day; compute and store it if there is none.

    A stored run is the answer if it has the same day, the same newest
    publication, the same rules, the same park and the same version of the program. ``how`` is another way to
    judge that comes to the same findings.

    Raises
    ------
    ParkNotFound
        No park has this code.
    RuleNotInForce
        The law has no rule for this day.
    """
    found = stored_run(as_of, known_on, park_code)
    if found is not None:
        return found
    with transaction() as connection:
        # Two requests for the same day wait for one computation.
        connection.execute(select(func.pg_advisory_xact_lock(_lock_key(as_of, park_code))))
        found = _stored(connection, as_of, data_state(connection, known_on), park_code)
        if found is not None:
            return found
        return _compute_and_store(connection, as_of, known_on, park_code, person, progress, how)


@by_system
def stored_run(
    as_of: dt.date, known_on: dt.datetime | None = None, park_code: str | None = None
) -> int | None:
    """Return the run that answers for a day, if there is one (see ``ensure_run``)."""
    with transaction() as connection:
        return _stored(connection, as_of, data_state(connection, known_on), park_code)


@by_system
def newest_day(before: dt.date) -> dt.date | None:
    """Return the newest day before another that the present data have a stored run of the whole city for."""
    with transaction() as connection:
        statement = select(func.max(AnalysisRun.as_of)).where(
            AnalysisRun.as_of < before, *_answers(data_state(connection, None), None)
        )
        found: dt.date | None = connection.execute(statement).scalar_one()
        return found


def _compute_and_store(
    connection: Connection,
    as_of: dt.date,
    known_on: dt.datetime | None,
    park_code: str | None,
    person: str,
    progress: Progress | None,
    how: Judge | None,
) -> int:
    run_id = _next_run(connection)

    def copy(name: str, rows: pa.Table) -> None:
        copy_ready(connection, Base.metadata.tables[name], rows, run_id=run_id)

    work = settings().home / "work"  # where there is room
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="parts-", dir=work) as folder:
        shelf = Shelf(Path(folder), copy)
        found = compute(as_of, known_on, park_code, progress=progress, how=how, shelf=shelf)
        tell(progress, "store the run", STEPS)
        return store(connection, found, as_of, park_code, person, run_id=run_id)


def _next_run(connection: Connection) -> int:
    number: int = connection.execute(
        select(func.nextval(func.pg_get_serial_sequence(AnalysisRun.__tablename__, "run_id")))
    ).scalar_one()
    return number


def store(
    connection: Connection,
    found: Found,
    as_of: dt.date,
    park_code: str | None,
    person: str,
    rules: list[Path] | None = None,
    run_id: int | None = None,
) -> int:
    """Store a run with all its findings and return its number, which may have been drawn before."""
    state = found.state
    known_on = state.known_on or state.published_at
    number = _next_run(connection) if run_id is None else run_id
    header: dict[str, Any] = {
        "run_id": number,
        "as_of": as_of,
        "known_on": known_on if known_on is not None else func.now(),
        "publication_id": state.publication_id,
        "park_code": park_code,
        "rules_version": rule_packs.version(rules or ()),
        "rules": rule_packs.as_json(rules or ()),
        "cited": found.rules.cited(),
        "program_version": VERSION,
        "person": person,
    }
    connection.execute(insert(AnalysisRun).values(header))
    for name, table in found.findings.items():
        copy_frame(connection, Base.metadata.tables[name], table, run_id=number)
    return number


def _stored(connection: Connection, as_of: dt.date, state: DataState, park_code: str | None) -> int | None:
    statement = select(func.max(AnalysisRun.run_id)).where(
        AnalysisRun.as_of == as_of, *_answers(state, park_code)
    )
    found: int | None = connection.execute(statement).scalar_one()
    return found


def _answers(state: DataState, park_code: str | None) -> tuple[ColumnElement[bool], ...]:
    """Return what a stored run must have so that it is the answer on any day."""
    return (
        AnalysisRun.publication_id.is_not_distinct_from(state.publication_id),
        AnalysisRun.park_code.is_not_distinct_from(park_code),
        AnalysisRun.rules_version == rule_packs.version(),
        AnalysisRun.program_version == VERSION,
    )


def _lock_key(as_of: dt.date, park_code: str | None) -> int:
    """Return a lock number for one question; 63 bits of a hash."""
    text = f"analysis {as_of.isoformat()} {park_code or ''}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1
