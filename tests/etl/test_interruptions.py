"""An import that is killed, cut off or starved: nothing by halves, nothing left behind, and a repeat succeeds."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import make_url

from data import job_runs
from data.cluster import making, server
from data.cluster.place import Place
from data.session import transaction
from tests.etl import interrupting as h

LOCKS = {
    "keep": "LOCK TABLE park IN ACCESS EXCLUSIVE MODE",
    "check": "LOCK TABLE correction IN ACCESS EXCLUSIVE MODE",
    "stage": f"SELECT pg_advisory_xact_lock({h.PAUSE})",
    "compare": "LOCK TABLE delivery_change IN ACCESS EXCLUSIVE MODE",
    "publish": "SELECT pg_advisory_xact_lock(hashtext('landstock.publish'), hashtext('parcel'))",
    "in the middle of publish": f"SELECT pg_advisory_xact_lock({h.PAUSE})",
}
PAUSED = {"stage": "staging.parcel", "in the middle of publish": "public.parcel"}


@pytest.fixture(autouse=True)
def _no_import_is_left() -> Iterator[None]:
    yield
    h.end_all()


@pytest.fixture
def administrator(server_place: Place, empty_database: str) -> Iterator["psycopg2.extensions.connection"]:
    name = str(make_url(empty_database).database)
    with contextlib.closing(server.connect(server_place, making.SUPERUSER, name)) as connection:
        yield connection


def _nothing_by_halves(staged: int = 0) -> None:
    assert h.count("parcel") == 0 and h.count("publication") == 0
    assert h.count("staging.parcel") == staged


def _a_repeat_succeeds(number: int, rows: int = h.ROWS) -> None:
    ran = h.repeat(number)
    assert h.count("parcel WHERE upper_inf(known)") == rows
    assert h.count("parcel") == rows and h.count("publication") == 1
    assert h.count("staging.parcel") == 0
    found = h.job(number)
    assert (found.state, found.attempts) == ("DONE", 2)
    assert ran.job_id == number
    assert h.work_folders() == []


@pytest.mark.parametrize("where", LOCKS)
def test_a_process_killed_at_each_stage(where: str, administrator, tmp_path: Path) -> None:
    if where in PAUSED:
        h.pause_at(administrator, PAUSED[where], h.ROWS // 2)
    stage = where.rpartition(" ")[2]
    with h.held_up(administrator, LOCKS[where]):
        going = h.start(h.delivery(tmp_path / "d"))
        with administrator.cursor() as cursor:
            h.until(lambda: h.waiting(cursor))
        h.until(lambda: h.job(going.job_id).stage == stage)
        going.kill()
        assert going.failed().code == "JOB_INTERRUPTED"
    with administrator.cursor() as cursor:
        h.until(lambda: h.alone(cursor))
    administrator.rollback()
    # Staging is one transaction: before "publish" nothing is there, from it on all rows are.
    _nothing_by_halves(staged=h.ROWS if stage == "publish" else 0)
    found = h.job(going.job_id)
    assert (found.state, found.error["code"]) == ("FAILED", "JOB_INTERRUPTED")
    assert found.error["stage"] == stage
    assert "SIGKILL" in found.error["en"] and "SIGKILL" in found.error["zh"]
    assert (found.delivery_id is not None) == (stage == "publish")
    _a_repeat_succeeds(going.job_id)


def test_a_process_killed_while_it_reads(empty_database: str, tmp_path: Path) -> None:
    rows = 20_000  # takes longer to read than the sign of it takes to reach us
    going = h.start(h.delivery(tmp_path / "d", rows))
    h.until(lambda: any(stage == "read" for stage, _, _ in going.heard))
    going.kill()
    assert going.failed().code == "JOB_INTERRUPTED"
    assert "parcel.csv" in str(going.error)  # and it says at which file
    # Nobody was there to remove its folder; an import of a test beside this one may have since.
    assert len(h.work_folders()) <= 1
    _nothing_by_halves()
    _a_repeat_succeeds(going.job_id, rows)


def test_nobody_left_to_write_it_down(administrator, tmp_path: Path) -> None:
    # The parent is gone as well: what only the next sweep finds.
    with h.held_up(administrator, LOCKS["check"]):
        going = h.start(h.delivery(tmp_path / "d"))
        h.until(lambda: h.job(going.job_id).stage == "check")
        with transaction() as connection:
            assert job_runs.sweep(connection, silent_s=0) == []  # its lock is held
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(job_runs, "end_interrupted", lambda *_: None)
            going.kill()
            going.failed()
    with administrator.cursor() as cursor:
        h.until(lambda: h.alone(cursor))
    assert h.job(going.job_id).state == "RUNNING"
    with transaction() as connection:
        assert job_runs.sweep(connection, silent_s=0) == [going.job_id]
    assert h.job(going.job_id).error["code"] == "JOB_INTERRUPTED"
    _nothing_by_halves()
    _a_repeat_succeeds(going.job_id)


@pytest.mark.parametrize("where", ["check", "stage", "publish"])
def test_cancelling(where: str, administrator, tmp_path: Path) -> None:
    if where in PAUSED:
        h.pause_at(administrator, PAUSED[where], h.ROWS // 2)
    with h.held_up(administrator, LOCKS[where]):
        going = h.start(h.delivery(tmp_path / "d"))
        with administrator.cursor() as cursor:
            h.until(lambda: h.waiting(cursor))
        h.until(lambda: h.job(going.job_id).stage == where)
        assert going.child is not None
        going.child.cancel()
        # The statement that waits is ended at once, though what it waits for is still held.
        assert going.failed().code == "cancelled"
    assert h.job(going.job_id).state == "CANCELLED"
    _nothing_by_halves()
    assert h.work_folders() == []
    _a_repeat_succeeds(going.job_id)


def test_cancelling_through_the_row(administrator, tmp_path: Path) -> None:
    from data import jobs

    with h.held_up(administrator, LOCKS["check"]):
        going = h.start(h.delivery(tmp_path / "d"))
        h.until(lambda: h.job(going.job_id).stage == "check")
        with transaction() as connection:
            jobs.cancel(connection, going.job_id)
        assert going.failed().code == "cancelled"
    assert h.job(going.job_id).state == "CANCELLED"


def test_the_connection_is_cut(administrator, tmp_path: Path) -> None:
    h.pause_at(administrator, "staging.parcel", h.ROWS // 2)
    with h.held_up(administrator, LOCKS["stage"]):
        going = h.start(h.delivery(tmp_path / "d"))
        with administrator.cursor() as cursor:
            h.until(lambda: h.waiting(cursor))
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid()"
            )
        assert going.failed().exit_code == 3
    found = h.job(going.job_id)
    assert (found.state, found.error["code"]) == ("FAILED", "database")
    _nothing_by_halves()
    assert h.work_folders() == []
    _a_repeat_succeeds(going.job_id)


def test_the_same_delivery_staged_twice_is_staged_once(empty_database: str, tmp_path: Path) -> None:
    path = h.delivery(tmp_path / "d")
    first = h.start(path, publish=False).done().result["delivery"]
    second = h.start(path, publish=False).done().result["delivery"]
    assert h.count("staging.parcel") == h.ROWS
    assert h.count(f"delivery WHERE delivery_id = {first} AND status = 'CHECKED'") == 1
    assert h.count(f"delivery WHERE delivery_id = {second} AND status = 'STAGED'") == 1
