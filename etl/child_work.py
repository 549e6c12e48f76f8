"""What the process of one job does (see :mod:`etl.child`); loaded beforehand, so that it starts at once."""

import os
import signal
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from data import job_runs, jobs, logfile
from data.faults import fault_of
from data.identity import SYSTEM, Actor, act
from data.job import Job, JobBusy, JobNotReady
from data.session import forget, transaction
from data.settings import settings
from etl import job_steps
from etl.answers import answers_of
from etl.asked import checked_options
from etl.keep import clear_away
from etl.limits import limit_memory, memory_errors
from etl.options import ImportOptions
from etl.readers.discover import files_of
from etl.reporting import Cancelled, Reporter, process_name
from etl.spare import spare_memory
from gis.errors import LandStockError

_PARENT_GONE = 70


class _Pipe:
    """The way to the parent; used by two threads."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe, self._lock = pipe, threading.Lock()

    def tell(self, *message: Any) -> None:
        """Send a message; a parent that is gone is not told any more."""
        with self._lock:
            try:
                self._pipe.send(message)
            except OSError:
                os._exit(_PARENT_GONE)

    def obey(self, state: "_State") -> None:
        """Wait for words of the parent: ``cancel``, or its end, which is ours too."""
        while True:
            try:
                self._pipe.recv()
            except (EOFError, OSError):
                os._exit(_PARENT_GONE)
            state.cancel()


class _State:
    """Whether the job is to end, also before it has begun to report."""

    def __init__(self, pipe: _Pipe) -> None:
        self._pipe, self._cancelled = pipe, False
        self.reporter: Reporter | None = None

    def cancel(self) -> None:
        """End the job as soon as may be."""
        self._cancelled = True
        self._pipe.tell("cancelling")
        if self.reporter is not None:
            self.reporter.cancel()

    def begin(self, reporter: Reporter) -> None:
        """Take note of who reports from now on."""
        self.reporter = reporter
        if self._cancelled:
            reporter.cancel()


def main(pipe: Connection, environment: dict[str, str], asked: tuple[Any, ...]) -> None:
    """Carry out what is asked and tell the parent how it ended.

    Parameters
    ----------
    pipe
        The way to the parent.
    environment
        The settings of the parent: those of the process that we were forked
        from may be older.
    asked
        ``("job", job_id, worker)``: a job that waits, for a worker;
        ``("import", paths, options)``: a new one; ``("repeat", job_id)``: one
        again. It is marked as running here and not by the worker, so that a
        job that runs always has a process that holds its lock.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which tells us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for name in [name for name in os.environ if name.startswith("LANDSTOCK_")]:
        del os.environ[name]
    os.environ.update(environment)
    forget()
    act(Actor("worker", SYSTEM))
    way = _Pipe(pipe)
    state = _State(way)
    threading.Thread(target=way.obey, args=(state,), daemon=True, name="parent").start()
    clear_away(settings().home)
    spare_memory()
    limit_memory()
    try:
        result = _do(asked, way, state)
    except BaseException as error:
        way.tell("error", _told(error, state))
    else:
        way.tell("result", result)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # what libraries do at their end is of no use here


def _do(asked: tuple[Any, ...], way: _Pipe, state: _State) -> dict[str, Any]:
    job = _job_of(asked)
    way.tell("job", job.job_id)
    reporter = Reporter(
        job.job_id,
        tell=lambda *progress: way.tell("progress", *progress),
        tell_file=lambda label: way.tell("reading", label),
    )
    state.begin(reporter)
    with reporter.running(), memory_errors():
        result, delivery = job_steps.carry_out(job, reporter)
    return {"result": result, "delivery": delivery}


def _job_of(asked: tuple[Any, ...]) -> Job:
    kind, *more = asked
    if kind == "import":
        return _new_job(*more)
    with transaction() as connection:
        if kind == "repeat":
            job = jobs.get(connection, more[0])
            what = "IMPORT" if job.what in (None, "RECOGNISE") else job.what
            begun = job_runs.begin(connection, more[0], process_name(), what)
            if begun is None:
                raise JobBusy(more[0], job.state)
            return begun
        waited = job_runs.begin(connection, more[0], more[1])
        if waited is None:
            raise JobNotReady(
                f"Import job {more[0]} does not wait any more: it was cancelled, or another worker has it.",
                f"导入任务 {more[0]} 已不在等待：已被取消，或由其他进程执行。",
            )
        return waited


def _new_job(paths: list[Path], options: ImportOptions) -> Job:
    """Make the job of an import from the command line; what is wrong in itself makes none."""
    checked_options(options)
    files_of(paths)
    files = [{"name": path.name, "path": str(path.resolve())} for path in paths]
    with transaction() as connection:
        number = jobs.create(connection, "IMPORT", options.person, files, answers_of(options))
        begun = job_runs.begin(connection, number, process_name(), "IMPORT")
    assert begun is not None  # nobody else knows of it yet
    return begun


def _told(error: BaseException, state: _State) -> dict[str, Any]:
    """Return an error as the parent makes it anew."""
    if state.reporter is not None and state.reporter.cancelled:
        error = Cancelled()  # a statement that was cancelled fails in its own way
    known = error if isinstance(error, LandStockError) else fault_of(error)
    if known is None:
        where = logfile.note(error, "import")
        first = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
        return {
            "code": "unexpected", "exit_code": 1,
            "en": f"Unexpected fault: {first}. The details are in {where or 'no log: it can not be written'}.",
            "zh": f"程序出现意外错误：{first}。详情见 {where or '（日志无法写入）'}。",
        }  # fmt: skip
    return {
        "code": known.code,
        "exit_code": known.exit_code,
        "en": known.text("en"),
        "zh": known.text("zh"),
    }
