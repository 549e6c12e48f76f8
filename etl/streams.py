"""A stream of batches that are made one ahead of their use, on a thread of their own."""

import queue
import threading
from collections.abc import Generator, Iterable
from typing import Any

from etl.binary import HEAD, TAIL

_DONE = object()


def ahead(batches: Iterable[Any]) -> Generator[Any, None, None]:
    """Yield what an iterable gives, while a thread makes the next item; its errors come out here.

    Closing ends the thread before the next item is made.
    """
    waiting: queue.Queue[Any] = queue.Queue(1)
    given_up = threading.Event()

    def put(item: Any) -> bool:
        while not given_up.is_set():
            try:
                waiting.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            for item in batches:
                if not put(item):
                    return
            put(_DONE)
        except BaseException as error:  # handed to whoever waits for the item
            put(error)

    maker = threading.Thread(target=work, name="ahead", daemon=True)
    maker.start()
    try:
        while (item := waiting.get()) is not _DONE:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        given_up.set()
        maker.join()


class Stream:
    """A binary COPY of batches as the file that a driver reads from."""

    def __init__(self, batches: Iterable[Any]) -> None:
        self._batches = iter(batches)
        self._now = memoryview(HEAD)
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes; none at the end."""
        while not self._now and not self._ended:
            following = next(self._batches, None)
            self._ended = following is None
            self._now = memoryview(TAIL) if following is None else memoryview(following)
        if size < 0:
            size = len(self._now)
        found, self._now = bytes(self._now[:size]), self._now[size:]
        return found
