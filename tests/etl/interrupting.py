"""Helpers of the tests that interrupt imports: a delivery, a job on its way, places where it can be held up."""

import contextvars
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from sqlalchemy import text

from data import jobs
from data.job import Job
from data.session import transaction
from data.settings import settings
from etl import running
from etl.child import Child, Stopped
from etl.options import ImportOptions
from gis.errors import LandStockError

ROWS = 60
PAUSE = 4242  # the advisory lock that a held-up trigger waits for


def delivery(folder: Path, rows: int = ROWS) -> Path:
    """Write a table of square parcels of 0.001 degrees, side by side."""
    lines = ["parcel_code,holder,geom"]
    for n in range(rows):
        x, y = 121 + n % 100 * 0.002, 41 + n // 100 * 0.002
        corners = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
        ring = ",".join(f"{x + i / 1000:.4f} {y + j / 1000:.4f}" for i, j in corners)
        lines.append(f'210711001001GB{n + 1:05d},某公司{n},"POLYGON(({ring}))"')
    folder.mkdir(exist_ok=True)
    path = folder / "parcel.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


_going: list["Import"] = []


def end_all() -> None:
    """End the imports that a failed test has left."""
    while _going:
        _going.pop().end()


class Import:
    """An import in a process of its own, followed by a thread of the test."""

    def __init__(self, asked: tuple[Any, ...], retry_s: float = 20) -> None:
        self.child: Child | None = None
        self.ran: running.Ran | None = None
        self.error: LandStockError | None = None
        self.heard: list[tuple[str, int, int]] = []
        self._thread = threading.Thread(
            target=contextvars.copy_context().run, args=(self._run, asked, retry_s), daemon=True
        )
        self._thread.start()
        _going.append(self)

    def _run(self, asked: tuple[Any, ...], retry_s: float) -> None:
        def hold(child: Child) -> None:
            self.child = child

        try:
            self.ran = running.run(asked, lambda *p: self.heard.append(p), hold, retry_s)
        except LandStockError as error:
            self.error = error

    @property
    def job_id(self) -> int:
        until(lambda: self.child is not None and self.child.job_id is not None)
        assert self.child is not None and self.child.job_id is not None
        return self.child.job_id

    def end(self) -> None:
        """End the process if it still runs; a test failed."""
        if self._thread.is_alive() and self.child is not None:
            self.child.kill(Stopped())
            self._thread.join(30)

    def kill(self) -> None:
        """End the process the hard way."""
        assert self.child is not None
        os.kill(self.child.pid, signal.SIGKILL)

    def wait(self) -> "Import":
        self._thread.join(90)
        assert not self._thread.is_alive(), "the import did not end"
        return self

    def failed(self) -> LandStockError:
        self.wait()
        assert self.error is not None, "it went through"
        return self.error

    def done(self) -> running.Ran:
        self.wait()
        if self.error is not None:
            raise self.error
        assert self.ran is not None
        return self.ran


def start(path: Path, **options: Any) -> Import:
    chosen = {"publish": True, "person": "测试"} | options
    return Import(("import", [path], ImportOptions(**chosen)))


def repeat(job_id: int) -> running.Ran:
    return Import(("repeat", job_id)).done()


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def job(number: int) -> Job:
    with transaction() as connection:
        return jobs.get(connection, number)


def count(what: str) -> int:
    with transaction() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {what}")) or 0)


def work_folders() -> list[str]:
    """List the folders that ended imports have left; tests that run beside this one have folders of their own."""
    parent = settings().home / "work"
    names = [folder.name for folder in parent.glob("import-*")] if parent.exists() else []
    return [name for name in names if not Path("/proc", name.split("-")[1]).exists()]


def waiting(cursor: "psycopg2.extensions.cursor") -> bool:
    """Say whether somebody in this database waits for a lock."""
    cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees its first look for ever
    cursor.execute(
        "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
        "WHERE NOT granted AND a.datname = current_database()"
    )
    return bool(cursor.fetchone()[0])


def alone(cursor: "psycopg2.extensions.cursor") -> bool:
    """Say whether no transaction but ours is open in this database: what was killed is rolled back."""
    cursor.execute("SELECT pg_stat_clear_snapshot()")
    cursor.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND state <> 'idle'"
    )
    return not cursor.fetchone()[0]


@contextmanager
def held_up(connection: "psycopg2.extensions.connection", statement: str) -> Iterator[None]:
    """Hold a lock while the block runs."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        yield
    connection.rollback()


def pause_at(connection: "psycopg2.extensions.connection", table: str, row: int) -> None:
    """Let whoever writes this row of a table wait for us: in the middle of a COPY, or of a publication."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION public.pause() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF NEW.row_no = {row} THEN PERFORM pg_advisory_xact_lock({PAUSE}); END IF; RETURN NEW; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER pause BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION public.pause()"
        )
    connection.commit()
