"""How the process of an import keeps its memory small; not for a process that goes on."""

import ctypes
import gc
import sys

import pyarrow as pa

_M_MMAP_THRESHOLD = -3  # of malloc.h: pieces from this size on are mapped by themselves
_LARGE_BYTES = 1 << 20


def spare_memory() -> None:
    """Let this process give memory back as soon as it is let go of, from now on and for ever.

    Large arrays would else stay in the heap of the C library and in Arrow's
    own pool, a third of what an import of a million parcels takes. What
    Python's search for circles of objects finds is next to nothing here, and
    it looks through every row: a tenth of the time.
    """
    gc.freeze()
    gc.disable()
    pa.set_memory_pool(pa.system_memory_pool())
    if sys.platform.startswith("linux"):
        libc = ctypes.CDLL(None)
        if hasattr(libc, "mallopt"):  # musl has none, and needs none
            libc.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
