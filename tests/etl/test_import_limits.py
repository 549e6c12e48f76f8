"""What one import may cost: memory, time, a crash of a library; and the disk. The server goes on."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import make_url

from data.cluster import making, server
from data.cluster.place import Place
from data.session import forget
from etl.limits import out_of_memory
from tests.etl import interrupting as h


@pytest.fixture(autouse=True)
def _no_import_is_left() -> Iterator[None]:
    yield
    h.end_all()


@pytest.fixture
def setting(empty_database: str, monkeypatch: pytest.MonkeyPatch):
    """Hand out a function that changes a setting for this test and the processes it starts."""

    def change(name: str, value: object) -> None:
        monkeypatch.setenv(f"LANDSTOCK_{name}", str(value))
        forget()

    yield change
    monkeypatch.undo()
    forget()


def test_a_file_that_needs_too_much_memory_is_refused_alone(setting, tmp_path: Path) -> None:
    setting("IMPORT_MEMORY_MB", 300)
    good = h.delivery(tmp_path / "d")
    # One text of 250 MB: read as bytes, decoded and cut into cells it takes several times that.
    huge = good.with_name("contract.csv")
    with huge.open("wb") as opened:
        opened.write(b"contract_no,holder\n1,")
        for _ in range(250):
            opened.write(b"x" * (1 << 20))
        opened.write(b"\n")
    report = h.Import(("import", [good.parent], h.ImportOptions(publish=True, person="测试"))).done()
    files = {file["file"]: file for file in report.result["layers"]}
    assert files["contract.csv"]["blocked_by"] == ["FILE_TOO_COSTLY"]
    assert files["parcel.csv"]["accepted"] == h.ROWS  # the other file is taken in
    assert h.count("parcel") == h.ROWS


def test_reading_that_takes_too_long_is_ended(setting, tmp_path: Path) -> None:
    setting("READ_MINUTES", 0.002)  # 0.12 s
    going = h.start(h.delivery(tmp_path / "d", 20_000))
    error = going.failed()
    assert (error.code, error.exit_code) == ("FILE_TOO_COSTLY", 1)
    assert "parcel.csv" in error.text("zh") and "0.002 min" in error.text("en")
    found = h.job(going.job_id)
    assert (found.state, found.error["code"]) == ("FAILED", "FILE_TOO_COSTLY")
    assert h.count("parcel") == h.count("staging.parcel") == 0


def test_a_crash_of_a_library_ends_one_job_only(empty_database: str, tmp_path: Path) -> None:
    going = h.start(h.delivery(tmp_path / "d", 20_000))
    h.until(lambda: any(stage == "read" for stage, _, _ in going.heard))
    os.kill(going.child.pid, signal.SIGSEGV)
    assert "SIGSEGV" in str(going.failed()) and "parcel.csv" in str(going.error)
    assert h.start(h.delivery(tmp_path / "e")).done().result["published"]


@pytest.mark.slow  # two interpreters load everything anew
def test_the_reading_process_ends_with_the_one_that_started_it(empty_database: str, tmp_path: Path) -> None:
    path = h.delivery(tmp_path / "d", 20_000)
    code = (
        "import sys, os; from pathlib import Path; from etl.child import Child; from etl.options import ImportOptions\n"
        f"child = Child(('import', [Path({str(path)!r})], ImportOptions()))\n"
        "print(child.pid, flush=True)\n"
        "child.follow(lambda stage, done, total: os._exit(9) if stage == 'read' else None)"
    )
    started = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert started.returncode == 9, started.stderr
    h.until(lambda: not Path(f"/proc/{started.stdout.strip()}").exists(), 20)


def test_failed_allocations_are_known_in_every_dress() -> None:
    with pytest.raises(MemoryError) as numpy_says:
        np.empty(1 << 60, dtype=np.uint8)
    assert out_of_memory(numpy_says.value)
    wrapped = RuntimeError("reading failed")
    wrapped.__cause__ = OSError("std::bad_alloc")
    assert out_of_memory(wrapped)
    assert not out_of_memory(ValueError("no memory of that"))


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """Make a disk of 8 MB that the database's account can reach; only root may."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a small disk here")
    mounted = Path(tempfile.mkdtemp(prefix="small-", dir=os.environ["LANDSTOCK_TEST_RUN"]))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=0755", "tmpfs", str(mounted)], check=True)
    yield mounted
    subprocess.run(["umount", "-l", str(mounted)], check=True)


def _leave_free(disk: Path, size: int) -> Path:
    filler = disk / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(disk).free - size))
    return filler


def test_a_disk_without_room_is_found_before(small_disk: Path, setting, tmp_path: Path) -> None:
    setting("HOME", small_disk)
    path = h.delivery(tmp_path / "d", 20_000)
    _leave_free(small_disk, 3 * path.stat().st_size)  # four times its size is asked for
    going = h.start(path)
    assert (going.failed().code, going.failed().exit_code) == ("no-space", 3)
    assert h.job(going.job_id).error["code"] == "no-space"


def test_a_disk_that_fills_while_the_delivery_is_kept(
    small_disk: Path, setting, server_place: Place, empty_database: str, tmp_path: Path
) -> None:
    setting("HOME", small_disk)
    path = h.delivery(tmp_path / "d", 10_000)
    name = str(make_url(empty_database).database)
    with contextlib.closing(server.connect(server_place, making.SUPERUSER, name)) as connection:
        # Held up between the look at the disk and the copy, while somebody else fills the disk.
        with h.held_up(connection, "LOCK TABLE park IN ACCESS EXCLUSIVE MODE"):
            going = h.start(path)
            with connection.cursor() as cursor:
                h.until(lambda: h.waiting(cursor))
            filler = _leave_free(small_disk, 500_000)
        assert (going.failed().code, going.failed().exit_code) == ("disk-full", 3)
    assert h.count("delivery") == h.count("staging.parcel") == 0
    assert h.work_folders() == [] and list((small_disk / "deliveries").iterdir()) == []
    filler.unlink()
    assert h.repeat(going.job_id).result["published"]
    assert h.count("parcel") == 10_000


def test_a_disk_of_the_database_that_fills_during_publication(
    small_disk: Path, server_place: Place, empty_database: str, tmp_path: Path
) -> None:
    space, folder = f"small_{os.getpid()}", small_disk / "space"
    folder.mkdir()
    if server_place.account is not None:
        os.chown(folder, server_place.account.uid, server_place.account.gid)
    name = str(make_url(empty_database).database)
    with contextlib.closing(server.connect(server_place, making.SUPERUSER, name)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLESPACE {space} LOCATION '{folder}'")
            cursor.execute(f"ALTER TABLE public.parcel SET TABLESPACE {space}")
            path = h.delivery(tmp_path / "d", 20_000)
            filler = _leave_free(small_disk, 1_000_000)
            going = h.start(path)
            assert (going.failed().code, going.failed().exit_code) == ("disk-full", 3)
            assert h.job(going.job_id).stage == "publish"
            assert h.count("parcel") == h.count("publication") == 0
            filler.unlink()
            assert h.repeat(going.job_id).result["publication"]
            assert h.count("parcel") == 20_000 and h.count("staging.parcel") == 0
            cursor.execute("ALTER TABLE public.parcel SET TABLESPACE pg_default")
            cursor.execute(f"DROP TABLESPACE {space}")
