"""How the process of an import keeps its memory small; not for a process that goes on."""

import ctypes
import gc
import sys
from typing import Any

import pyarrow as pa

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of malloc.h
_LARGE_BYTES = 4 << 20  # pieces from this size on are mapped by themselves, and unmapped at once
_SPARE_BYTES = 64 << 20  # what is kept free at the end of the heap
_libc: Any = None


def spare_memory() -> None:
    """Let this process give memory back as soon as it is let go of, from now on and for ever.

    Large arrays would else stay in the heap of the C library and in Arrow's
    own pool, a third of what an import of a million parcels takes. What
    Python's search for circles of objects finds is next to nothing here, and
    it looks through every row: a tenth of the time.
    """
    global _libc
    gc.freeze()
    gc.disable()
    pa.set_memory_pool(pa.system_memory_pool())
    libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None
    if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim"):  # musl has none, and needs none
        _libc = libc
        _libc.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        _libc.mallopt(_M_TRIM_THRESHOLD, _SPARE_BYTES)


def trim() -> None:
    """Give back what is free between what is used: after a batch."""
    if _libc is not None:
        _libc.malloc_trim(0)


def give_back() -> None:
    """Give back all that is of no use any more: after a stage."""
    if _libc is not None:
        gc.collect()
    trim()
