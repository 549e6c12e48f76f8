"""Keeping a worker alive beside the web server: started with it, started again when it dies, ended with it."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger("landstock.worker")
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0
_WELL_S = 60.0  # a worker that ran for so long is started again at once
_END_S = 20.0


class _Keeper:
    def __init__(self) -> None:
        self._stop = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="keep a worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
        self._thread.join(_END_S)
        if process is not None and process.poll() is None:
            process.kill()
            process.wait()

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


@contextmanager
def worker_beside() -> Iterator[None]:
    """Keep a worker alive while the block runs."""
    keeper = _Keeper()
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()
