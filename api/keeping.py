"""What runs beside the web server and ends with it: a worker, started again when it dies; the verdicts of each new day."""

import logging
import os
import subprocess
import sys
import threading
import time
from contextlib import AbstractContextManager

from sqlalchemy.exc import DBAPIError

from api import clock
from data import overview
from data.identity import SYSTEM, Actor, acting
from data.session import transaction
from etl.analysis.run import stored_run
from gis.errors import LandStockError

log = logging.getLogger("landstock.worker")
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0
_WELL_S = 60.0  # a worker that ran for so long is started again at once
_END_S = 20.0
_LOOK_S = 20.0  # between two looks whether today has its verdicts
_AFTER_FAULT_S = 600.0
_NICE = 10  # pages come first


class _Beside:
    """A thread that starts processes beside the server, one at a time, until it is told to stop."""

    _name = ""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name=self._name, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
        self._thread.join(_END_S)
        if process is not None and process.poll() is None:
            process.kill()
            process.wait()

    def _keep(self) -> None:
        raise NotImplementedError


class _Keeper(_Beside):
    _name = "keep a worker"

    def _keep(self) -> None:
        pause = _FIRST_PAUSE_S
        command = [sys.executable, "-P", "-m", "api.cli", "worker", "--until-eof"]
        while not self._stop.is_set():
            begun = time.monotonic()
            # Our end of the pipe closes when this process ends in any way: the worker then ends too.
            with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
                self._process = process
                if self._stop.is_set():
                    process.terminate()
                process.wait()
            if self._stop.is_set():
                return
            pause = _FIRST_PAUSE_S if time.monotonic() - begun > _WELL_S else min(_LONGEST_PAUSE_S, pause * 2)
            log.warning("the worker ended with %s; it is started again in %.0f s", process.returncode, pause)
            self._stop.wait(pause)


class _Days(_Beside):
    """Has today's verdicts computed before anybody asks: at the start, after midnight, after a publication."""

    _name = "verdicts of today"

    def _keep(self) -> None:
        while not self._stop.is_set():
            pause = _LOOK_S
            try:
                if _is_missing() and not self._compute():
                    pause = _AFTER_FAULT_S
            except (DBAPIError, LandStockError) as fault:
                log.warning("verdicts of today: %s", fault)
                pause = _AFTER_FAULT_S
            self._stop.wait(pause)

    def _compute(self) -> bool:
        """Compute in a process of its own, so that pages keep this one; return whether that went well."""
        command = [sys.executable, "-P", "-m", "api.cli", "analyse", "--as-of", clock.today().isoformat()]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
            self._process = process
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)
            if self._stop.is_set():
                process.terminate()
            code = process.wait()
        if code and not self._stop.is_set():
            log.warning("the verdicts of today could not be computed beforehand: %s", code)
        return code == 0


def _is_missing() -> bool:
    with acting(Actor("verdicts of today", SYSTEM)):
        with transaction() as connection:
            if overview.frame(connection)["publication_id"] is None:
                return False
        return stored_run(clock.today()) is None


def worker_beside() -> AbstractContextManager[None]:
    """Keep a worker alive while the block runs."""
    return _Keeper()


def today_beside() -> AbstractContextManager[None]:
    """Keep the verdicts of today at hand while the block runs."""
    return _Days()
