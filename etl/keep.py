"""Keep what was delivered, by its content, unchanged; and a private place for work that leaves nothing behind."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from etl.errors import NoSpace

ROOM_FACTOR = 4  # free space asked for, in sizes of the delivery: raw copy, unpacked, staging, published
_BLOCK = 1 << 20


def content_hash(files: list[tuple[str, Path]]) -> str:
    """Return the hash of a delivery: of the paths inside it and what the files hold, whatever its folder is called."""
    whole = hashlib.sha256()
    for path, disk in sorted(files):
        single = hashlib.sha256()
        with disk.open("rb") as opened:
            while block := opened.read(_BLOCK):
                single.update(block)
        whole.update(f"{path}\x00{single.hexdigest()}\n".encode())
    return whole.hexdigest()


def require_room(files: list[tuple[str, Path]], home: Path) -> None:
    """Refuse a delivery for which the disk has too little room.

    Raises
    ------
    NoSpace
        Less than four times the size of the delivery is free.
    """
    home.mkdir(parents=True, exist_ok=True)
    needed = ROOM_FACTOR * sum(disk.stat().st_size for _, disk in files)
    free = shutil.disk_usage(home).free
    if free < needed:
        raise NoSpace(needed, free, home)


def keep(files: list[tuple[str, Path]], sha256: str, home: Path) -> Path:
    """Copy a delivery to ``deliveries/<sha256>/`` unless it is there; aside first, so that it is whole or not there."""
    target = home / "deliveries" / sha256
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".import-{os.getpid()}-", dir=target.parent))
    try:
        for path, disk in files:
            copy = aside / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(disk, copy)
        os.rename(aside, target)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        if not target.exists():  # another import of the same delivery may have been quicker
            raise
    return target


@contextmanager
def work_folder(home: Path) -> Iterator[Path]:
    """Hand out a private folder that is gone afterwards; remove those of processes that were killed."""
    parent = home / "work"
    parent.mkdir(parents=True, exist_ok=True)
    clear_away(home)
    folder = Path(tempfile.mkdtemp(prefix=f"import-{os.getpid()}-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_away(home: Path) -> None:
    """Remove what processes that were killed have left: private folders, and copies that are not whole."""
    for old in (*(home / "work").glob("import-*"), *(home / "deliveries").glob(".import-*")):
        owner = old.name.split("-")[1]
        if owner.isdigit() and not _alive(int(owner)):
            shutil.rmtree(old, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
