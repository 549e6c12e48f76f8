"""A day that nobody asked for before: computed beside the request, which waits a while and then says so."""

import contextvars
import datetime as dt
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from etl.analysis.run import ensure_run, newest_day, stored_run
from gis.errors import LandStockError

MOST_BEGUN = 4
"""Days that are computed or wait for it; who asks for more begins none, and is told the same."""


class BeingComputed(LandStockError):
    """The verdicts of a day are being computed, and a person would wait too long.

    ``done`` of ``total`` steps are over (``total`` is 0 while that is not known); ``other`` is the newest day that
    can be shown at once.
    """

    code = "being-computed"

    def __init__(self, as_of: dt.date, done: int, total: int, other: dt.date | None) -> None:
        super().__init__(
            f"The verdicts of {as_of.isoformat()} are being computed. Ask again in a moment.",
            f"正在计算 {as_of.isoformat()} 的判定，请稍后再试。",
        )
        self.as_of, self.done, self.total, self.other = as_of, done, total, other


@dataclass(slots=True)
class _Work:
    future: Future[int] = field(default_factory=Future)
    done: int = 0
    total: int = 0

    def tell(self, _step: str, done: int, total: int) -> None:
        self.done, self.total = done, total


# One at a time: each uses what the machine has.
_pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="verdicts of a day")
_running: dict[tuple[dt.date, dt.datetime | None], _Work] = {}
_lock = threading.Lock()


def run_within(as_of: dt.date, known_on: dt.datetime | None, wait_s: float | None) -> int:
    """Return the run of a day; a missing one is computed and stored.

    Parameters
    ----------
    wait_s
        How long to wait for it; without end if ``None``. The work goes on when nobody waits any more.

    Raises
    ------
    BeingComputed
        It took longer.
    """
    found = stored_run(as_of, known_on)
    if found is not None:
        return found
    if wait_s is None:
        return ensure_run(as_of, known_on=known_on, person="api")
    work = _begun(as_of, known_on)
    if work is None:
        raise BeingComputed(as_of, 0, 0, newest_day(as_of))
    try:
        return work.future.result(wait_s)
    except TimeoutError:
        if work.future.done():  # an end of waiting inside the work is its own fault, not ours
            raise
        raise BeingComputed(as_of, work.done, work.total, newest_day(as_of)) from None


def _begun(as_of: dt.date, known_on: dt.datetime | None) -> _Work | None:
    """Return the work on a day, begun if nobody has; nothing while there is too much of it.

    Who asks next for a day that failed begins anew.
    """
    key = as_of, known_on
    with _lock:
        work = _running.get(key)
        if work is None and len(_running) < MOST_BEGUN:
            work = _running[key] = _Work()
            context = contextvars.copy_context()  # on record for whoever asked first
            work.future = _pool.submit(
                context.run, ensure_run, as_of, known_on=known_on, person="api", progress=work.tell
            )
            work.future.add_done_callback(lambda _: _running.pop(key, None))
    return work
