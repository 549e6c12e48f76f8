"""Files sent by browser: names that lead nowhere else, limits while they arrive, nothing left of a broken one."""

import io
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from data import incoming, jobs
from data.faults import DiskFull
from data.incoming import UploadTooLarge, clear, folder_of, paths, receive, receiving, safe_path
from data.settings import settings


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = settings().model_copy(update={"home": tmp_path})
    monkeypatch.setattr(incoming, "settings", lambda: changed)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("宗地.shp", "宗地.shp"),
        ("成果/宗地 2026.zip", "成果/宗地 2026.zip"),
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        (r"C:\成果\宗地.zip", "成果/宗地.zip"),
        (".ssh", "ssh"),
        ("..", "file"),
        ("", "file"),
        ("a\x00b\n\u202e.csv", "ab.csv"),
        ("x.PART", "x.PART_"),
        ("<script>'\".csv", "<script>'\".csv"),
    ],
)
def test_names_lead_nowhere_else(sent: str, kept: str) -> None:
    assert safe_path(sent) == kept


@given(st.text(max_size=400))
def test_every_name_stays_inside(name: str) -> None:
    path = safe_path(name)
    assert not Path(path).is_absolute()
    for part in path.split("/"):
        assert part and part not in (".", "..") and not part.startswith(".")
        assert len(part.encode()) <= 220
    assert safe_path(path) == path  # the worker finds it where it was put


def test_a_file_is_kept_with_its_own_name() -> None:
    file = receive(7, "成果/../宗地.csv", io.BytesIO(b"abc"))
    assert file == {"name": "成果/../宗地.csv", "path": "成果/宗地.csv", "size": 3}
    assert (folder_of(7) / "成果" / "宗地.csv").read_bytes() == b"abc"
    assert paths(7, [file, {"path": "/somewhere/else.zip"}]) == [
        folder_of(7) / "成果",
        Path("/somewhere/else.zip"),
    ]


def test_what_breaks_off_leaves_nothing() -> None:
    with pytest.raises(ConnectionError), receiving(7, "a.zip") as upload:
        upload.write(b"x" * 100)
        raise ConnectionError
    assert list(folder_of(7).rglob("*")) == []


def test_the_limit_counts_all_files_of_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    small = settings().model_copy(update={"home": incoming.settings().home, "upload_mb": 1})
    monkeypatch.setattr(incoming, "settings", lambda: small)
    receive(7, "a.bin", io.BytesIO(b"x" * 700_000))
    receive(7, "a.bin", io.BytesIO(b"x" * 700_000))  # sent again: it takes the place of the first
    with pytest.raises(UploadTooLarge):
        receive(7, "b.bin", io.BytesIO(b"x" * 700_000))
    assert [f.name for f in folder_of(7).iterdir()] == ["a.bin"]


def test_a_disk_that_is_nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100 << 20))
    with pytest.raises(DiskFull):
        receive(7, "a.zip", io.BytesIO(b"x"))
    assert list(folder_of(7).iterdir()) == []


def test_files_of_jobs_that_need_them_no_more_are_removed(connection: Connection) -> None:
    draft, cancelled, old = (jobs.create(connection, "IMPORT", "测试") for _ in range(3))
    jobs.cancel(connection, cancelled)
    connection.execute(
        text("UPDATE import_job SET created_at = now() - interval '15 days' WHERE job_id = :id"), {"id": old}
    )
    nobody = old + 1_000_000  # the job of a database that was put back to an earlier state
    for number in (draft, cancelled, old, nobody):
        receive(number, "a.zip", io.BytesIO(b"x"))
    assert clear(connection) == [cancelled, old, nobody]
    assert folder_of(draft).is_dir() and not folder_of(old).exists()
