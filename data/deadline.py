"""An end for waiting on the database: a connection that does not answer in time is shut from our side.

The driver waits for an answer without end; a statement's own time limit is
the server's, and a network that swallows everything never brings its word.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

GRACE_S = 5.0  # beyond the statement's own limit, so that the server's word comes first


class _Watchman:
    """One thread for all connections that are waited on."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waits: dict[object, tuple[float, int]] = {}
        self._thread: threading.Thread | None = None
        self._pid = os.getpid()

    def add(self, key: object, until: float, handle: int) -> None:
        with self._changed:
            self._waits[key] = (until, handle)
            if self._thread is None or self._pid != os.getpid():
                self._pid = os.getpid()
                self._thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
                self._thread.start()
            self._changed.notify()

    def remove(self, key: object) -> None:
        with self._changed:
            self._waits.pop(key, None)

    def _watch(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for key, (until, handle) in list(self._waits.items()):
                    if until <= now:
                        del self._waits[key]
                        _shut(handle)
                next_at = min((until for until, _ in self._waits.values()), default=now + 60)
                self._changed.wait(max(0.05, next_at - now))


def _shut(handle: int) -> None:
    """End a socket from our side: whoever waits on it gets an error at once."""
    try:
        with socket.socket(fileno=os.dup(handle)) as shared:
            shared.shutdown(socket.SHUT_RDWR)
    except OSError:  # it has ended meanwhile
        return


_watchman = _Watchman()


@contextmanager
def answers_within(driver: Any, seconds: float) -> Iterator[None]:
    """Shut a connection of the driver if the block does not end within some seconds."""
    key = object()
    _watchman.add(key, time.monotonic() + seconds, driver.fileno())
    try:
        yield
    finally:
        _watchman.remove(key)
