"""Files that people send through the browser, until their job is done: ``incoming/<job>/`` of the data folder."""

import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, text

from data.faults import DiskFull
from data.settings import settings
from gis.errors import LandStockError

ABANDONED_DAYS = 14
_BLOCK = 1 << 20
_SPARE = 256 << 20  # bytes that stay free on the disk: the database needs some to go on
_LONGEST = 200  # bytes of one part of a name; file systems allow 255
_DEEPEST = 8
_PART = ".part"


class UploadTooLarge(LandStockError):
    """The files of one job are larger than allowed."""

    code = "upload-too-large"

    def __init__(self, limit_mb: int) -> None:
        super().__init__(
            f"The files of one delivery may have {limit_mb:,} MB together; these have more. Send it in parts, or "
            "have LANDSTOCK_UPLOAD_MB raised.",
            f"一次成果的文件合计不得超过 {limit_mb:,} MB。请分批上传，或由管理员调大 LANDSTOCK_UPLOAD_MB。",
        )


def safe_path(name: str) -> str:
    """Return where a file with a name that somebody sent is kept, below the job's folder.

    Folders inside the name are kept; nothing leads out of the folder, is
    hidden, or is longer than a file system takes. Stem and ending stay, as
    layers are known by them.
    """
    parts = [part for part in re.split(r"[/\\]+", unicodedata.normalize("NFC", name)) if part.strip(". ")]
    if len(parts) > 1 and re.fullmatch(r"[A-Za-z]:", parts[0]):
        parts = parts[1:]
    return "/".join(_safe_part(part) for part in parts[-_DEEPEST:]) or "file"


def _safe_part(part: str) -> str:
    visible = "".join(c for c in part if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    visible = visible.strip().lstrip(".") or "file"
    if visible.lower().endswith(_PART):
        visible += "_"
    stem, dot, ending = visible.rpartition(".")
    if not dot or len(ending.encode()) > 20:
        stem, dot, ending = visible, "", ""
    room = _LONGEST - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + dot + ending


def folder_of(job_id: int) -> Path:
    """Return the folder of a job's files; it need not be there."""
    return settings().home / "incoming" / str(int(job_id))


class Upload:
    """One file on its way to disk; bytes are written as they come."""

    def __init__(self, job_id: int, name: str) -> None:
        self.name = name[:300].replace("\x00", "")
        self.path = safe_path(name)
        self.size = 0
        self.disk = folder_of(job_id) / self.path
        self._before = _size_of(folder_of(job_id), besides=self.disk)
        self._looked_at = -_BLOCK * 16
        self.disk.parent.mkdir(parents=True, exist_ok=True)
        self._handle: BinaryIO = self._part.open("wb")

    @property
    def _part(self) -> Path:
        return self.disk.with_name(self.disk.name + _PART)

    def write(self, block: bytes) -> None:
        """Write some bytes.

        Raises
        ------
        UploadTooLarge
            The files of the job have more than ``LANDSTOCK_UPLOAD_MB``.
        DiskFull
            The disk has too little room left.
        """
        self.size += len(block)
        if self._before + self.size > settings().upload_mb << 20:
            raise UploadTooLarge(settings().upload_mb)
        if self.size - self._looked_at >= _BLOCK * 16:
            self._looked_at = self.size
            _require_room(self.disk.parent)
        self._handle.write(block)

    def keep(self) -> dict[str, Any]:
        """End the file and return what the job's ``files`` hold about it."""
        self._handle.flush()
        os.fsync(self._handle.fileno())
        self._handle.close()
        os.replace(self._part, self.disk)
        return {"name": self.name, "path": self.path, "size": self.size}

    def drop(self) -> None:
        """Forget what was written so far."""
        self._handle.close()
        self._part.unlink(missing_ok=True)


@contextmanager
def receiving(job_id: int, name: str) -> Iterator[Upload]:
    """Hand out a file to write to; what an error interrupts leaves nothing behind."""
    upload = Upload(job_id, name)
    try:
        yield upload
    except BaseException:
        upload.drop()
        raise


def receive(job_id: int, name: str, stream: BinaryIO) -> dict[str, Any]:
    """Keep a file that is read from a stream; return what the job's ``files`` hold about it."""
    with receiving(job_id, name) as upload:
        while block := stream.read(_BLOCK):
            upload.write(block)
        return upload.keep()


def paths(job_id: int, files: list[dict[str, Any]]) -> list[Path]:
    """Return where the files of a job lie, for an import; folders inside count as one.

    A path that is not below the job's folder is the operator's own, from the
    command line.
    """
    folder = folder_of(job_id)
    found: dict[Path, None] = {}
    for file in files:
        path = Path(str(file["path"]))
        found[path if path.is_absolute() else folder / safe_path(str(path)).split("/")[0]] = None
    return list(found)


def remove(job_id: int) -> None:
    """Remove the files of a job."""
    shutil.rmtree(folder_of(job_id), ignore_errors=True)


def clear(connection: Connection) -> list[int]:
    """Remove the files of jobs that need them no more: published, cancelled, or left alone for 14 days."""
    parent = settings().home / "incoming"
    there = [int(entry.name) for entry in parent.glob("[0-9]*") if entry.name.isdigit()]
    if not there:
        return []
    needed = connection.scalars(
        text(
            "SELECT job_id FROM import_job j WHERE job_id = ANY(:there) AND (state IN ('QUEUED', 'RUNNING') OR "
            "(state <> 'CANCELLED' AND NOT (state = 'DONE' AND what IN ('PUBLISH', 'IMPORT')) "
            "AND greatest(created_at, finished_at, (SELECT max(at) FROM import_job_log l WHERE l.job_id = j.job_id)) "
            "> clock_timestamp() - make_interval(days => :days)))"
        ),
        {"there": there, "days": ABANDONED_DAYS},
    ).all()
    gone = sorted(set(there) - set(needed))
    for job_id in gone:
        remove(job_id)
    return gone


def _size_of(folder: Path, besides: Path) -> int:
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and f != besides)


def _require_room(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < _SPARE:
        raise DiskFull(
            f"The disk of {settings().home} has {free / 1e6:,.0f} MB left; {_SPARE / 1e6:,.0f} MB must stay free. "
            "Free some space and send the file again.",
            f"{settings().home} 所在磁盘仅剩 {free / 1e6:,.0f} MB，须至少保留 {_SPARE / 1e6:,.0f} MB。请清理磁盘后重新上传。",
        )
