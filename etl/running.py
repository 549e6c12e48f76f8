"""Run a job in a process of its own and write down how it ended, whatever ended it."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from data import incoming, job_runs, jobs
from data.identity import by_system
from data.session import transaction
from etl.child import Child, Died, Hear
from etl.reporting import Cancelled
from gis.errors import EnvironmentFault, LandStockError

log = logging.getLogger("landstock")
RETRY_S = 120.0  # a database that is being restarted is waited for, to write down how a job ended


@dataclass(frozen=True, slots=True)
class Ran:
    """How a job ended: its number and its result."""

    job_id: int
    result: dict[str, Any]


def run(
    asked: tuple[Any, ...],
    hear: Hear,
    started: Callable[[Child], None] | None = None,
    retry_s: float = RETRY_S,
) -> Ran:
    """Run what is asked (see :func:`etl.child_work.main`), and write down how it ended.

    Raises
    ------
    LandStockError
        It failed, was cancelled or was stopped; the job says the same.
    """
    child = Child(asked)
    if started is not None:
        started(child)
    try:
        done = child.follow(hear)
    except LandStockError as error:
        if child.job_id is not None:
            _note_failure(child.job_id, error, retry_s)
        raise
    number = child.job_id
    assert number is not None  # told before anything else
    result, delivery = done["result"], done["delivery"]
    _write(lambda connection: _note_success(connection, number, result, delivery), retry_s)
    return Ran(number, result)


def _note_success(connection: Connection, number: int, result: dict[str, Any], delivery: int | None) -> None:
    job_runs.finish(connection, number, "DONE", result, delivery_id=delivery)
    if jobs.get(connection, number).what in ("PUBLISH", "IMPORT"):
        incoming.remove(number)


def _note_failure(number: int, error: LandStockError, retry_s: float) -> None:
    told = {"code": error.code, "zh": error.text("zh"), "en": error.text("en")}

    def note(connection: Connection) -> None:
        if error.code == Cancelled.code:
            job_runs.end_cancelled(connection, number)
        elif error.code == Died.code:
            job_runs.end_interrupted(connection, number, told)
        else:
            job_runs.end_failed(connection, number, told)

    _write(note, retry_s)


@by_system
def _write(note: Callable[[Connection], None], retry_s: float) -> None:
    """Write down how a job ended, waiting for a database that is away; else the sweeper will find it."""
    until, pause = time.monotonic() + retry_s, 0.2
    while True:
        try:
            with transaction() as connection:
                note(connection)
        except EnvironmentFault as fault:
            if time.monotonic() + pause > until:
                log.warning("the end of a job could not be written down: %s", fault)
                return
            time.sleep(pause)
            pause = min(5.0, pause * 2)
        else:
            return
