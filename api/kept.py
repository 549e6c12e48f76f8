"""Answers of a stored run that are asked for again and again, kept in memory of the process.

A run is never changed once it is stored, so an answer that is read from its rows alone stays true. Which rows a
person sees depends on role and parks, which are part of what an answer is kept by.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, text

from data.filtering import Filter
from data.identity import actor

MOST = 1_000
_T = TypeVar("_T")
_kept: OrderedDict[Hashable, Any] = OrderedDict()
_lock = Lock()


def of_run(connection: Connection, run_id: int, what: Hashable, make: Callable[[], _T]) -> _T:
    """Return what ``make`` returns, from memory where the same person's like asked the same of the same run before.

    Parameters
    ----------
    what
        What is asked, with everything that the answer depends on beside the rows of the run and the rights.
    """
    who = actor()
    # A rebuilt database numbers its runs anew; the moment tells them apart.
    made_at = connection.scalar(
        text("SELECT computed_at FROM analysis_run WHERE run_id = :id"), {"id": run_id}
    )
    key = (run_id, made_at, who.role, who.parks, what)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            found: _T = _kept[key]
            return found
    answer = make()
    with _lock:
        _kept[key] = answer
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return answer


def lasting(chosen: Filter) -> bool:
    """Say whether a filter reads the rows of a run alone: a typed text is looked for in later contracts as well."""
    return chosen.q is None
