"""How a running job tells how far it is, and hears that it is to end."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import psycopg2
from sqlalchemy import Connection, event
from sqlalchemy.exc import SQLAlchemyError

from data import job_runs
from data.session import apart, engine
from gis.errors import EnvironmentFault, LandStockError

BEAT_S = 2.0  # a sign of life at least so often
CHANGE_S = 0.3  # and what has changed at most so often
Tell = Callable[[str, int, int], None]


def process_name() -> str:
    """Return what this process is known by: its machine and its number."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Cancelled(LandStockError):
    """A person ended the job."""

    code = "cancelled"

    def __init__(self) -> None:
        super().__init__(
            "The import was cancelled; nothing of it was published. It can be started again.",
            "导入已取消，没有发布任何内容。可以重新开始。",
        )


class Reporter:
    """The progress of one job: remembered here, written to its row by a thread of its own.

    The thread has a connection of its own, outside the transaction of the
    import, and holds the job's lock on it as the sign that the job lives.
    ``tell`` hears of every change as well, in the thread of the import.
    """

    def __init__(self, job_id: int, tell: Tell, tell_file: Callable[[str | None], None]) -> None:
        self.job_id = job_id
        self._tell, self._tell_file = tell, tell_file
        self._now: tuple[str | None, int, int] = (None, 0, 0)
        self._changed, self._stop = threading.Event(), threading.Event()
        self._cancelled = threading.Event()
        self._at_work: set[Any] = set()
        self._thread = threading.Thread(target=self._report, name=f"job {job_id}", daemon=True)

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take note of progress.

        Raises
        ------
        Cancelled
            The job is to end.
        """
        if self._cancelled.is_set():
            raise Cancelled
        changed = stage != self._now[0]
        self._now = (stage, done, total)
        self._tell(stage, done, total)
        if changed:
            self._changed.set()

    def reading(self, label: str | None) -> None:
        """Take note of the file that is being read; ``None``: none is."""
        self._tell_file(label)

    @property
    def cancelled(self) -> bool:
        """Say whether the job is to end."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """End the job: the statement under way at once, else at the next sign of progress."""
        self._cancelled.set()
        for connection in list(self._at_work):
            with suppress(psycopg2.Error):
                connection.cancel()

    @contextmanager
    def running(self) -> Iterator["Reporter"]:
        """Report while the block runs; the last state is written before it ends."""
        pool = engine()
        listeners = (("checkout", self._taken), ("checkin", self._given_back))
        for name, listener in listeners:
            event.listen(pool, name, listener)
        self._thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            self._changed.set()
            self._thread.join(30)
            for name, listener in listeners:
                event.remove(pool, name, listener)

    def _taken(self, driver: Any, *_: Any) -> None:
        if threading.current_thread() is not self._thread:
            self._at_work.add(driver)

    def _given_back(self, driver: Any, *_: Any) -> None:
        self._at_work.discard(driver)

    def _report(self) -> None:
        """Write to the row until the job ends; a connection that is lost is made again."""
        while not self._stop.is_set():
            with ExitStack() as held, suppress(EnvironmentFault, SQLAlchemyError, psycopg2.Error):
                connection = held.enter_context(apart())
                job_runs.hold(connection, self.job_id)
                self._report_on(connection)
            self._stop.wait(BEAT_S)

    def _report_on(self, connection: Connection) -> None:
        while True:
            self._changed.clear()
            written = self._now
            if job_runs.beat(connection, self.job_id, *written) and not self.cancelled:
                self.cancel()
            if self._stop.wait(CHANGE_S):
                job_runs.beat(connection, self.job_id, *self._now)
                return
            if self._now == written:
                self._changed.wait(BEAT_S)
