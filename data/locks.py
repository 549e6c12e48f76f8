"""Locks between processes of one data folder. The system frees them when their holder dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.settings import settings
from gis.errors import EnvironmentFault, LandStockError

POLL_S = 0.05


class UnwritableFolder(EnvironmentFault):
    """The data folder can't be written."""

    code = "unwritable-folder"


class AlreadyRunning(LandStockError):
    """Another process holds a lock that only one may hold."""

    code = "already-running"

    def __init__(self, name: str, holder: str) -> None:
        self.name = name
        self.holder = holder
        super().__init__(
            f"Another `{name}` of this data folder is running (process {holder or 'unknown'}); one at a "
            "time is expected. Wait until it ends, end it with Ctrl-C in its window, or set LANDSTOCK_HOME "
            "to another folder.",
            f"同一数据目录下另一个 {name} 正在运行（进程 {holder or '未知'}），同一时间只能有一个。"
            "请等它结束，或在其窗口按 Ctrl-C 结束它，或将 LANDSTOCK_HOME 设为其他目录。",
        )


@contextmanager
def exclusive(name: str, *, wait_s: float = 0, folder: Path | None = None) -> Iterator[None]:
    """Hold the lock ``name`` of the data folder while the block runs.

    Parameters
    ----------
    name
        What is locked, as ``demo`` or ``database``.
    wait_s
        Seconds to wait for another holder; 0 gives up at once.
    folder
        Where the lock file lies; ``locks`` of the data folder if absent.

    Raises
    ------
    AlreadyRunning
        Another process holds it still when the time is up.
    UnwritableFolder
        There is no place for the lock.
    """
    folder = folder or settings().home / "locks"
    handle = _open(folder, name)
    try:
        _take(handle, name, time.monotonic() + wait_s)
        _note_holder(handle)
        yield
    finally:
        os.close(handle)


def _open(folder: Path, name: str) -> int:
    path = folder / f"{name}.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists() and not os.access(path, os.W_OK):  # made by another account, as root
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise UnwritableFolder(
            f"{error.filename or folder} can't be written ({error.strerror}); a data folder of the account that "
            "starts the program is expected. Set LANDSTOCK_HOME to such a folder, or correct the rights of this one.",
            f"{error.filename or folder} 不可写（{error.strerror}）；数据目录应归启动程序的账户所有。"
            "请将 LANDSTOCK_HOME 设为这样的目录，或更正该目录的权限。",
        ) from error


def _note_holder(handle: int) -> None:
    """Write our process into the lock, for the message to others; only what is ours can be written."""
    if fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_RDWR:
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)


def _take(handle: int, name: str, until: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
                raise AlreadyRunning(name, holder) from None
            time.sleep(POLL_S)
        else:
            return
