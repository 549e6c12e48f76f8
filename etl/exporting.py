"""The worker's part of export jobs: each is carried out with the rights of the person that ordered it."""

import logging
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from data import export_jobs
from data.export_jobs import ExportJob
from data.identity import Actor, acting, by_system
from data.session import transaction
from etl.export import order as orders
from etl.reporting import Cancelled
from gis.errors import EnvironmentFault, LandStockError

BEAT_S = 5.0
log = logging.getLogger("landstock.worker")
_FAILED = {
    "code": "unexpected",
    "zh": "导出未能完成，原因见服务器日志。",
    "en": "The export failed; the log of the server holds the reason.",
}


class _Beat:
    """The sign of life of a running export, and whether its end was asked for."""

    def __init__(self, export_id: int) -> None:
        self.export_id, self.now = export_id, ("read", 0, 0)
        self.cancelled, self._stop = threading.Event(), threading.Event()

    def tell(self, stage: str, done: int, total: int) -> None:
        """Take note of a step, and write it down.

        Raises
        ------
        Cancelled
            The job is to end.
        """
        self.now = (stage, done, total)
        self.write()
        if self.cancelled.is_set():
            raise Cancelled

    @by_system
    def write(self) -> None:
        """Write the present step down."""
        with transaction() as connection:
            if export_jobs.beat(connection, self.export_id, *self.now):
                self.cancelled.set()

    @contextmanager
    def beating(self, who: Actor) -> Iterator[None]:
        """Give a sign of life every few seconds while the block runs."""
        thread = threading.Thread(target=self._beat, args=(who,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join(30)

    def _beat(self, who: Actor) -> None:
        with acting(who):
            while not self._stop.wait(BEAT_S):
                try:
                    self.write()
                except EnvironmentFault as fault:
                    log.warning("export %s: %s", self.export_id, fault)


def carry_out(export_id: int) -> None:
    """Carry out a job that waits, and write down how it ended."""
    with transaction() as connection:
        job = export_jobs.begin(connection, export_id)
    if job is None:
        return
    try:
        _run(job)
    except Cancelled:
        _end(export_id, "CANCELLED")
    except LandStockError as error:
        _end(export_id, "FAILED", {"code": error.code, "zh": error.text("zh"), "en": error.text("en")})
    except Exception:
        log.exception("export %s failed", export_id)
        _end(export_id, "FAILED", _FAILED)


def _run(job: ExportJob) -> None:
    who = Actor(job.person, job.role, tuple(job.parks), job.account_id, f"export-{job.export_id}")
    folder, beat = export_jobs.folder_of(job.export_id), _Beat(job.export_id)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with acting(who), beat.beating(who):
        file = orders.produce(orders.from_json(job.asked), folder, beat.tell)
        if beat.cancelled.is_set():
            raise Cancelled
    with transaction() as connection:
        export_jobs.end(connection, job.export_id, "DONE", file)


def _end(export_id: int, state: str, error: dict[str, str] | None = None) -> None:
    shutil.rmtree(export_jobs.folder_of(export_id), ignore_errors=True)
    with transaction() as connection:
        export_jobs.end(connection, export_id, state, error=error)
