"""Imports and jobs on the command line: progress, Ctrl-C, cancel, repeat; and the worker beside the server."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url, text

from api.cli import main
from data import job_runs, jobs
from data.cluster import making, server
from data.cluster.place import Place
from data.session import transaction

SQUARE = "POLYGON((121.01 41.01,121.011 41.01,121.011 41.011,121.01 41.011,121.01 41.01))"


def delivery(folder: Path) -> Path:
    path = folder / "parcel.csv"
    path.write_text(f'parcel_code,geom\n210711001001GB00001,"{SQUARE}"\n', encoding="utf-8")
    return path


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


def run(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, words)
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.usefixtures("empty_database")
def test_an_import_is_a_job_that_can_be_looked_at_and_repeated(tmp_path: Path) -> None:
    code, out, err = run("import", str(delivery(tmp_path)), "--publish", "--json")
    told = json.loads(out)
    assert (code, told["published"]) == (0, True)
    number = str(told["job"])
    assert "留存成果" in err and "发布" in err  # progress, away from the document
    code, out, _ = run("jobs", "--json")
    (listed,) = json.loads(out)["jobs"]
    assert (listed["state"], listed["what"], listed["delivery_id"]) == ("DONE", "IMPORT", told["delivery"])
    code, out, _ = run("jobs", number)
    assert code == 0 and "STARTED" in out and "DONE" in out
    # Once more, from the copy that was kept: it is in already, and nothing changes.
    (tmp_path / "parcel.csv").unlink()
    code, out, _ = run("jobs", number, "--repeat", "--json")
    assert (code, json.loads(out)["status"]) == (0, "DUPLICATE")
    with transaction() as connection:
        assert connection.scalar(text("SELECT count(*) FROM parcel")) == 1


@pytest.mark.usefixtures("empty_database")
def test_what_is_wrong_in_itself_makes_no_job(tmp_path: Path) -> None:
    assert run("import", str(tmp_path / "none.zip"))[0] == 2
    assert run("import", str(delivery(tmp_path)), "--crs", "nonsense")[0] == 2
    with transaction() as connection:
        assert jobs.list_jobs(connection) == []
    assert run("jobs", "1")[0] == 1
    for words in (("jobs", "--cancel"), ("jobs", "1", "--cancel", "--repeat")):
        assert run(*words)[0] == 2


@pytest.mark.usefixtures("empty_database")
def test_cancelling_from_the_command_line(tmp_path: Path) -> None:
    with transaction() as connection:
        number = jobs.create(connection, "IMPORT", "测试", [{"name": "a.zip", "path": "a.zip"}])
        jobs.queue(connection, number, "CHECK")
    code, out, _ = run("jobs", str(number), "--cancel")
    assert code == 0 and "CANCELLED" in out


@pytest.fixture
def held(server_place: Place, empty_database: str) -> Iterator["object"]:
    """Hold up imports in their check until the test ends."""
    name = str(make_url(empty_database).database)
    with contextlib.closing(server.connect(server_place, making.SUPERUSER, name)) as connection:
        connection.cursor().execute("LOCK TABLE correction IN ACCESS EXCLUSIVE MODE")
        yield connection


def test_ctrl_c_ends_an_import_cleanly(held: object, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "api.cli",
        "import",
        str(delivery(tmp_path)),
        "--publish",
        "--lang",
        "en",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as started:

        def checking() -> bool:
            with transaction() as connection:
                return [job.stage for job in jobs.list_jobs(connection)] == ["check"]

        until(checking)
        os.killpg(started.pid, signal.SIGINT)  # as a terminal does: to the whole group
        out, err = started.communicate(timeout=60)
    assert started.returncode == 130, err
    assert "Cancelling" in err and "cancelled" in err and "Traceback" not in err
    assert out == ""
    with transaction() as connection:
        (job,) = jobs.list_jobs(connection)
        assert job.state == "CANCELLED"
        assert connection.scalar(text("SELECT count(*) FROM delivery")) == 0


@pytest.mark.slow  # loads the whole program three times
@pytest.mark.usefixtures("empty_database")
def test_a_server_keeps_a_worker(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "from api.cli_serve import free_port, run; run('127.0.0.1', free_port('127.0.0.1'))",
    ]

    def queued() -> int:
        with transaction() as connection:
            file = {"name": "parcel.csv", "path": str(delivery(tmp_path))}
            number = jobs.create(connection, "IMPORT", "测试", [file])
            jobs.queue(connection, number, "CHECK")
        return number

    def done(number: int) -> str | None:
        until(lambda: _state(number) == "DONE", 120)
        with transaction() as connection:
            return jobs.get(connection, number).worker

    with subprocess.Popen(command) as started:
        try:
            first = done(queued())
            assert first is not None
            os.kill(int(first.rpartition(":")[2]), signal.SIGKILL)
            second = done(queued())  # another one has come
            assert second is not None and second != first
        finally:
            started.send_signal(signal.SIGTERM)
            started.wait(60)
    until(lambda: not Path(f"/proc/{second.rpartition(':')[2]}").exists(), 30)


def _state(number: int) -> str:
    with transaction() as connection:
        job_runs.sweep(connection)
        return jobs.get(connection, number).state
