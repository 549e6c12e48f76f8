"""Tiles that were made lately, ready to send: bounded in bytes, made once however many ask at the same time.

A tile is kept under its entity tag, which holds data, filter, grid, address and the rights of who asked
(``maps.tiles.etag``), so that nobody is given what was made with another's rights.
"""

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of tile bodies, as they are kept."""
_ENTRY_BYTES: Final = 500  # what an entry costs beside its body, so that empty tiles are bounded too
_SMALLEST_PACKED: Final = 1_000  # below that packing saves no packet
_LEVEL: Final = 5


@dataclass(frozen=True, slots=True)
class Body:
    """A tile as it is sent; ``packed``: by gzip."""

    content: bytes
    packed: bool

    def plain(self) -> bytes:
        """Return the tile for a client that does not read gzip."""
        return gzip.decompress(self.content) if self.packed else self.content


class TileCache:
    """The tiles used last, up to a number of bytes. May be used by several threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._held = 0
        self._bodies: OrderedDict[Hashable, Body] = OrderedDict()
        self._at_work: dict[Hashable, threading.Event] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Body | None:
        """Return what is kept under a key."""
        with self._lock:
            found = self._bodies.get(key)
            if found is not None:
                self._bodies.move_to_end(key)
            return found

    def get_or_make(self, key: Hashable, make: Callable[[], bytes]) -> Body:
        """Return what is kept under a key, or make it; who asks meanwhile waits for it.

        What ``make`` raises goes to its caller alone; one of those who wait then tries in its place.
        """
        while True:
            with self._lock:
                found = self._bodies.get(key)
                if found is not None:
                    self._bodies.move_to_end(key)
                    return found
                others = self._at_work.get(key)
                if others is None:
                    done = self._at_work[key] = threading.Event()
                    break
            others.wait()
        try:
            made = _body(make())
            self._keep(key, made)
            return made
        finally:
            with self._lock:
                del self._at_work[key]
            done.set()

    def _keep(self, key: Hashable, body: Body) -> None:
        cost = len(body.content) + _ENTRY_BYTES
        with self._lock:
            if cost > self._most:
                return
            self._bodies[key] = body
            self._held += cost
            while self._held > self._most:
                _, oldest = self._bodies.popitem(last=False)
                self._held -= len(oldest.content) + _ENTRY_BYTES

    @property
    def held_bytes(self) -> int:
        """What is kept, in bytes."""
        return self._held


def _body(tile: bytes) -> Body:
    if len(tile) < _SMALLEST_PACKED:
        return Body(tile, packed=False)
    return Body(gzip.compress(tile, _LEVEL, mtime=0), packed=True)
