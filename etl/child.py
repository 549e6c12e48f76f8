"""Carry out a job in a process of its own, so that a file that eats memory or time takes nothing else with it.

The process is forked from a small server process that has loaded the readers
already (``forkserver``): 20 ms instead of some seconds, and safe beside the
threads of the program. It ends by itself when the one who started it is gone.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from data.settings import settings
from etl.limits import TooCostly
from etl.reporting import Cancelled
from gis.errors import LandStockError

GRACE_S = 10.0  # for a cancelled import to end by itself
_LOOK_S = 0.5
_PRELOAD = "etl.child_work"
Hear = Callable[[str, int, int], None]


class Died(LandStockError):
    """The process of an import was ended from outside, or by a fault of a library."""

    code = "JOB_INTERRUPTED"

    def __init__(self, by: str, file: str | None) -> None:
        where, where_zh = (f" while {file} was read", f"（正在读取 {file}）") if file else ("", "")
        super().__init__(
            f"The process of the import was ended by {by}{where}; nothing was published by halves. Repeat it; if it "
            "ends so again, the file or the memory of the machine is at fault.",
            f"导入进程被 {by} 终止{where_zh}；没有只发布一半的数据。请重新执行；如再次发生，请检查该文件或本机内存。",
        )


class Stopped(LandStockError):
    """The server was stopped while an import ran."""

    code = "JOB_INTERRUPTED"

    def __init__(self) -> None:
        super().__init__(
            "The server was stopped while the import ran; nothing was published by halves. Repeat it.",
            "导入期间服务被停止；没有只发布一半的数据。请重新执行。",
        )


def relayed(told: dict[str, Any]) -> LandStockError:
    """Return the error that a child told of."""
    kind = type("Relayed", (LandStockError,), {"code": told["code"], "exit_code": told["exit_code"]})
    error: LandStockError = kind(told["en"], told["zh"])
    return error


def warm_up() -> None:
    """Start the server process that children are forked from; it loads the readers while we go on."""
    _context()
    from multiprocessing import forkserver

    forkserver.ensure_running()


def _context() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_PRELOAD])
    return context


@dataclass(slots=True)
class _Watch:
    """What the parent knows of its child, and until when it may go on."""

    until: float
    file: str | None = None
    file_until: float = float("inf")
    end_by: float = float("inf")
    ended: str | None = None

    def reading(self, label: str | None) -> None:
        self.file = label
        self.file_until = time.monotonic() + settings().read_minutes * 60 if label else float("inf")

    def overdue(self) -> LandStockError | None:
        now = time.monotonic()
        if now > self.end_by:
            return Cancelled()
        if now > self.file_until:
            return TooCostly("file", self.file)
        return TooCostly("import", self.file) if now > self.until else None


class Child:
    """One job in a process of its own.

    Parameters
    ----------
    asked
        What :func:`etl.child_work.main` is to do.
    """

    def __init__(self, asked: tuple[Any, ...]) -> None:
        context = _context()
        self._ours, theirs = context.Pipe()
        environment = {name: value for name, value in os.environ.items() if name.startswith("LANDSTOCK_")}
        self._process = context.Process(
            target=_start, args=(theirs, environment, asked), name="landstock import", daemon=False
        )
        self._process.start()
        theirs.close()
        self._lock = threading.Lock()
        self._stopped: LandStockError | None = None
        self._watch = _Watch(time.monotonic() + settings().import_minutes * 60)
        self.job_id: int | None = None

    @property
    def pid(self) -> int:
        """The process."""
        return int(self._process.pid or 0)

    def cancel(self) -> None:
        """Have the child end cleanly; after ten seconds it is killed."""
        self._watch.end_by = min(self._watch.end_by, time.monotonic() + GRACE_S)
        self._send("cancel")

    def kill(self, why: LandStockError) -> None:
        """End the child at once; the database rolls back what it had not committed."""
        self._stopped = self._stopped or why
        self._process.kill()

    def follow(self, hear: Hear) -> dict[str, Any]:
        """Wait for the child, passing on its progress; return its result.

        Raises
        ------
        LandStockError
            What the child was stopped by, or raised itself.
        """
        try:
            return self._follow(hear)
        finally:
            self._ours.close()
            self._process.join()
            self._process.close()

    def _follow(self, hear: Hear) -> dict[str, Any]:
        while True:
            if overdue := self._watch.overdue():
                self.kill(overdue)
            try:
                if not self._ours.poll(_LOOK_S):
                    continue
                kind, *content = self._ours.recv()
            except (EOFError, ConnectionResetError):
                raise self._death() from None
            if kind == "progress":
                hear(*content)
            elif kind == "reading":
                self._watch.reading(content[0])
            elif kind == "job":
                self.job_id = content[0]
            elif kind == "cancelling":
                self._watch.end_by = min(self._watch.end_by, time.monotonic() + GRACE_S)
            elif kind == "error":
                raise relayed(content[0])
            else:
                result: dict[str, Any] = content[0]
                return result

    def _death(self) -> LandStockError:
        self._process.join()
        if self._stopped is not None:
            return self._stopped
        code = self._process.exitcode or 0
        by = signal.Signals(-code).name if code < 0 else f"exit {code}"
        return Died(by, self._watch.file)

    def _send(self, word: str) -> None:
        with self._lock:
            try:
                self._ours.send(word)
            except (OSError, ValueError):  # it has ended meanwhile
                return


def _start(pipe: Connection, environment: dict[str, str], asked: tuple[Any, ...]) -> None:
    """Begin in the child. What is heavy is loaded here, or was loaded by the server process."""
    from etl.child_work import main

    main(pipe, environment, asked)
