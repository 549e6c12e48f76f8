"""Work on slices of arrays side by side: shapely lets other threads run while it computes."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")
THREADS = min(4, os.cpu_count() or 1)


def spread(work: Callable[[int, int], T], count: int, batch: int) -> list[T]:
    """Return ``work(start, stop)`` for the slices of ``range(count)``, in order.

    Parameters
    ----------
    work
        Computes one slice; called from several threads, so it must not change what they share.
    count, batch
        How many rows there are, and how many at once: a batch bounds the memory.
    """
    starts = range(0, count, batch)
    if len(starts) < 2 or THREADS < 2:
        return [work(start, min(count, start + batch)) for start in starts]
    with ThreadPoolExecutor(THREADS) as pool:
        # Each thread sees the settings of the caller: the tolerances of the delivery.
        tasks = [pool.submit(copy_context().run, work, start, min(count, start + batch)) for start in starts]
        return [task.result() for task in tasks]
