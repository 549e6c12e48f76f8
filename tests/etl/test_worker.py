"""The worker as it runs beside the server: takes jobs, survives what jobs do, and is found out when it dies."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from data import incoming, job_runs, jobs
from data.cluster import making, server
from data.cluster.place import Place
from data.session import transaction
from tests.etl import interrupting as h


@pytest.fixture(scope="module")
def started(module_database: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Hand out the workers that the tests of this file have started; the last one is ended as a server ends it."""
    workers: list[subprocess.Popen[bytes]] = []
    yield workers
    for one in workers:
        assert one.stdin is not None
        one.stdin.close()  # what happens when the server is gone
        assert one.wait(30) is not None


@pytest.fixture
def administrator(server_place: Place, module_database: str):
    name = str(make_url(module_database).database)
    with contextlib.closing(server.connect(server_place, making.SUPERUSER, name)) as connection:
        yield connection


@pytest.fixture
def worker(started, administrator) -> subprocess.Popen[bytes]:
    """Return a worker that runs as ``serve`` starts it, on an empty database."""
    with administrator.cursor() as cursor:
        cursor.execute(
            "TRUNCATE import_job, delivery, parcel, staging.parcel, jobs.procrastinate_jobs CASCADE"
        )
    administrator.commit()
    if not started or started[-1].poll() is not None:
        command = [sys.executable, "-c", "from etl.worker import serve; serve(until_eof=True)"]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE))
    return started[-1]


def upload(tmp_path: Path) -> int:
    """Make a job with files as a browser sends them."""
    path = h.delivery(tmp_path / "d")
    with transaction() as connection:
        number = jobs.create(connection, "IMPORT", "窗口")
        with path.open("rb") as opened:
            file = incoming.receive(number, "宗地/parcel.csv", opened)
        jobs.update_answers(connection, number, {"step": 2}, [file])
    return number


def queue(number: int, what: str) -> None:
    with transaction() as connection:
        jobs.queue(connection, number, what)


def step(number: int, what: str) -> jobs.Job:
    queue(number, what)
    h.until(lambda: not h.job(number).live)
    return h.job(number)


def test_a_job_from_upload_to_publication(worker, tmp_path: Path) -> None:
    number = upload(tmp_path)
    recognised = step(number, "RECOGNISE")
    assert recognised.state == "DONE", recognised.error
    (table,) = recognised.result["RECOGNISE"]["tables"]
    assert (table["layer"], table["rows"]) == ("parcel", h.ROWS)
    first = step(number, "CHECK")
    assert first.state == "DONE" and h.count("staging.parcel") == h.ROWS
    second = step(number, "CHECK")  # answers may be changed and the check repeated
    assert second.delivery_id != first.delivery_id
    assert h.count("staging.parcel") == h.ROWS  # what the first one staged has left
    assert h.count("publication") == 0
    assert incoming.folder_of(number).is_dir()
    published = step(number, "PUBLISH")
    assert published.state == "DONE", published.error
    assert published.result["PUBLISH"]["changes"]["parcel"]["new"] == h.ROWS
    assert set(published.result) == {"RECOGNISE", "CHECK", "PUBLISH"}
    assert h.count("parcel") == h.ROWS and h.count("staging.parcel") == 0
    assert not incoming.folder_of(number).exists()
    h.until(lambda: h.count("jobs.procrastinate_jobs") == 0)  # its own end is written a moment later
    with transaction() as connection:
        found = connection.exec_driver_sql("SELECT received_by, paths FROM delivery ORDER BY 1").all()
    assert {tuple(row[1]) for row in found} == {("宗地",)} and {row[0] for row in found} == {"窗口"}


def test_a_failing_job_says_why_and_the_worker_goes_on(worker, tmp_path: Path) -> None:
    number = upload(tmp_path)
    with transaction() as connection:
        jobs.update_answers(connection, number, {"crs": "nonsense"})
    failed = step(number, "CHECK")
    assert (failed.state, failed.error["code"]) == ("FAILED", "import-usage")
    assert "坐标系" in failed.error["zh"]
    with transaction() as connection:
        jobs.update_answers(connection, number, {"crs": None})
    assert step(number, "CHECK").state == "DONE"


def test_cancelling_a_job_of_the_worker(worker, administrator, tmp_path: Path) -> None:
    number = upload(tmp_path)
    with h.held_up(administrator, "LOCK TABLE correction IN ACCESS EXCLUSIVE MODE"):
        queue(number, "CHECK")
        h.until(lambda: h.job(number).stage == "check")
        with transaction() as connection:
            jobs.cancel(connection, number)
        h.until(lambda: h.job(number).state == "CANCELLED")
    assert h.count("staging.parcel") == 0


def test_a_worker_that_is_stopped_ends_its_job(worker, administrator, tmp_path: Path) -> None:
    number = upload(tmp_path)
    with h.held_up(administrator, "LOCK TABLE correction IN ACCESS EXCLUSIVE MODE"):
        queue(number, "CHECK")
        h.until(lambda: h.job(number).stage == "check")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
        found = h.job(number)
    assert (found.state, found.error["code"]) == ("FAILED", "JOB_INTERRUPTED")
    assert "服务被停止" in found.error["zh"]


def test_a_killed_worker_leaves_a_job_that_is_found(worker, administrator, tmp_path: Path) -> None:
    number = upload(tmp_path)
    with h.held_up(administrator, "LOCK TABLE correction IN ACCESS EXCLUSIVE MODE"):
        queue(number, "CHECK")
        h.until(lambda: h.job(number).stage == "check")
        pid = int(h.job(number).worker.rpartition(":")[2])
        assert pid == worker.pid
        worker.kill()
        worker.wait(30)

        def swept() -> bool:
            # Its process ends by itself, as nobody holds the other end of the pipe; then its lock is free.
            with transaction() as connection:
                return job_runs.sweep(connection, silent_s=0) == [number]

        h.until(swept)
    found = h.job(number)
    assert (found.state, found.error["code"]) == ("FAILED", "JOB_INTERRUPTED")
    assert h.count("jobs.procrastinate_jobs") == 0  # procrastinate kept it as "doing"
    assert h.count("staging.parcel") == 0
    assert os.path.isdir(incoming.folder_of(number))
    queue(number, "CHECK")
    assert h.job(number).state == "QUEUED"  # for the worker that is started next
