"""Jobs as rows: their ways from state to state, the queue, dead ones, and what their progress says."""

import datetime as dt
import time

import pytest
from sqlalchemy import Connection, text

from data import job_runs, jobs
from data.job import Job, JobBusy, JobNotReady, NoSuchJob
from data.session import apart, transaction

FILES = [{"name": "宗地.zip", "path": "宗地.zip", "size": 3}]


def queued(connection: Connection) -> list[tuple[str, int]]:
    asked = text("SELECT status::text, (args ->> 'job_id')::bigint FROM jobs.procrastinate_jobs ORDER BY id")
    return [(row[0], row[1]) for row in connection.execute(asked)]


def make(connection: Connection) -> int:
    return jobs.create(connection, "IMPORT", "测试", FILES, {"crs": "EPSG:4528"})


def test_a_job_goes_through_its_steps(connection: Connection) -> None:
    number = make(connection)
    draft = jobs.get(connection, number)
    assert (draft.state, draft.files, draft.answers) == ("DRAFT", FILES, {"crs": "EPSG:4528"})
    changed = jobs.update_answers(connection, number, {"encoding": "gbk"})
    assert changed.answers == {"crs": "EPSG:4528", "encoding": "gbk"}
    assert jobs.queue(connection, number, "RECOGNISE").state == "QUEUED"
    assert queued(connection) == [("todo", number)]
    for change in (
        lambda: jobs.queue(connection, number, "CHECK"),
        lambda: jobs.update_answers(connection, number, {}),
    ):
        with pytest.raises(JobBusy):
            change()
    started = job_runs.begin(connection, number, "here")
    assert started is not None and (started.state, started.attempts) == ("RUNNING", 1)
    assert job_runs.begin(connection, number, "there") is None  # it runs already
    assert job_runs.beat(connection, number, "read", 10, 40) is False
    job_runs.finish(connection, number, "DONE", {"tables": 2})
    job_runs.finish(connection, number, "FAILED")  # it has ended: nothing changes
    done = jobs.get(connection, number)
    assert (done.state, done.result) == ("DONE", {"RECOGNISE": {"tables": 2}})
    assert [line["code"] for line in jobs.log_lines(connection, number)] == ["QUEUED", "STARTED", "DONE"]


def test_a_job_without_files_or_without_a_checked_delivery_is_not_queued(connection: Connection) -> None:
    number = jobs.create(connection, "IMPORT", "测试")
    for what in ("CHECK", "PUBLISH"):
        with pytest.raises(JobNotReady):
            jobs.queue(connection, number, what)
    with pytest.raises(NoSuchJob):
        jobs.get(connection, 0)


def test_cancelling_what_waits_takes_it_out_of_the_queue(connection: Connection) -> None:
    number = make(connection)
    jobs.queue(connection, number, "CHECK")
    assert jobs.cancel(connection, number).state == "CANCELLED"
    assert queued(connection) == []
    jobs.queue(connection, number, "CHECK")  # and it can be asked for again
    assert queued(connection) == [("todo", number)]


def test_cancelling_what_runs_asks_its_process(connection: Connection) -> None:
    number = make(connection)
    jobs.queue(connection, number, "CHECK")
    job_runs.begin(connection, number, "here")
    assert jobs.cancel(connection, number).state == "RUNNING"
    assert job_runs.beat(connection, number, "read", 0, 0) is True


@pytest.mark.parametrize("status", ["PUBLISHED", "WITHDRAWN", "DUPLICATE"])
def test_what_was_published_is_done_and_cannot_be_cancelled(connection: Connection, status: str) -> None:
    number = make(connection)
    delivery = connection.scalar(
        text(
            "INSERT INTO delivery (received_by, paths, content_sha256, status) "
            "VALUES ('测试', '{}', '', :status) RETURNING delivery_id"
        ),
        {"status": status},
    )
    done = text("UPDATE import_job SET state = 'DONE', delivery_id = :delivery WHERE job_id = :id")
    connection.execute(done, {"delivery": delivery, "id": number})
    assert jobs.cancel(connection, number).state == "DONE"


def _silent(connection: Connection, number: int, seconds: int) -> None:
    connection.execute(
        text(
            "UPDATE import_job SET heartbeat_at = clock_timestamp() - make_interval(secs => :s) WHERE job_id = :n"
        ),
        {"s": seconds, "n": number},
    )


@pytest.mark.usefixtures("empty_database")
def test_a_job_is_given_up_only_when_it_is_silent_and_nobody_holds_it() -> None:
    with transaction() as connection:
        number = make(connection)
        jobs.queue(connection, number, "CHECK")
        job_runs.begin(connection, number, "gone")
        connection.execute(text("DELETE FROM jobs.procrastinate_jobs"))
        job_runs.beat(connection, number, "stage", 1, 2)
        assert job_runs.sweep(connection, 30) == []  # it gave a sign just now
        _silent(connection, number, 31)
    with apart() as holder:
        assert job_runs.hold(holder, number)
        with transaction() as connection:
            assert job_runs.sweep(connection, 30) == []  # silent, but its process lives
    with transaction() as connection:
        # The server lets go of what a closed connection held a moment later.
        until, given_up = time.monotonic() + 30, []
        while not given_up and time.monotonic() < until:
            given_up = job_runs.sweep(connection, 30)
        assert given_up == [number]
        job = jobs.get(connection, number)
        assert job.state == "FAILED" and job.error is not None
        assert job.error["code"] == "JOB_INTERRUPTED" and "入暂存库" in job.error["zh"]
        assert "stage “stage”" in job.error["en"]
        assert jobs.queue(connection, number, "CHECK").state == "QUEUED"  # it may be repeated


@pytest.mark.usefixtures("empty_database")
def test_a_job_that_no_queue_knows_is_queued_again() -> None:
    with transaction() as connection:
        number = make(connection)
        jobs.queue(connection, number, "CHECK")
        # A worker took it and died before it began: procrastinate keeps that as "doing" for ever.
        connection.execute(text("UPDATE jobs.procrastinate_jobs SET status = 'doing'"))
        assert job_runs.sweep(connection, 30) == []
        assert queued(connection) == [("todo", number)]


def test_progress_says_rate_share_and_time_left() -> None:
    now = dt.datetime(2026, 11, 1, 8, 0, 0, tzinfo=dt.UTC)
    job = Job(
        job_id=1, kind="IMPORT", state="RUNNING", what="IMPORT", created_at=now, created_by="x", files=[],
        answers={"publish": True}, content_sha256=None, delivery_id=None, stage="read",
        stage_at=now - dt.timedelta(seconds=20), done=5_000, total=10_000,
        started_at=now - dt.timedelta(seconds=21), heartbeat_at=now, finished_at=None, cancel_asked=False,
        worker=None, attempts=1, result=None, error=None, now=now,
    )  # fmt: skip
    # 5,000 rows in 20 s. Keeping (2 of 100) is done and half of reading (50): 27 %. 21 s took 27 %, so 73 % take 56.8 s.
    assert job.rate == 250.0
    assert job.share == pytest.approx(0.27)
    assert job.seconds_left == pytest.approx(21 * 0.73 / 0.27)
    told = job.progress()
    assert (told["rate"], told["share"], told["seconds_left"]) == (250.0, 0.27, 56.8)
