"""Who acts: the person, or the program itself, that stands behind a transaction. The database gives rights by it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import wraps
from typing import ParamSpec, TypeVar

STAFF = ("clerk", "approver", "committee", "planner", "auditor", "admin")
"""Roles that an account may have: bureau clerk and approver, park committee, planner, auditor, administrator."""
BUSINESS = STAFF[:4]
SYSTEM = "system"
"""The program at work on what a person was allowed to start: imports, publications, analyses."""
SIGN_IN = "sign_in"
"""The program while it does not know yet who is there: it sees accounts and sessions, nothing else."""
VISITOR = "visitor"
"""Anybody at the public edition: sees what is made for the public, and no exact place."""
ROLES = (*STAFF, SYSTEM, SIGN_IN, VISITOR)

_P = ParamSpec("_P")
_R = TypeVar("_R")


class NobodyActs(RuntimeError):
    """A transaction was begun without saying for whom: a mistake of the program, so nothing is read."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts.

    ``name`` goes on record; ``parks`` are those of a committee; ``request`` names the request in the log.
    """

    name: str
    role: str
    parks: tuple[str, ...] = ()
    account_id: int | None = None
    request: str = ""

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(self.role)


_acting: ContextVar[Actor | None] = ContextVar("acting", default=None)


def actor() -> Actor:
    """Return who acts.

    Raises
    ------
    NobodyActs
        Nobody was named.
    """
    found = _acting.get()
    if found is None:
        raise NobodyActs("name who acts with data.identity.acting before a transaction is begun")
    return found


def act(who: Actor | None) -> None:
    """Name who acts from now on in this context: for the start of a process."""
    _acting.set(who)


@contextmanager
def acting(who: Actor) -> Iterator[Actor]:
    """Name who acts while the block runs."""
    token = _acting.set(who)
    try:
        yield who
    finally:
        _acting.reset(token)


def by_system(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Let a function work with the rights of the program, on record for whoever called it.

    For work that takes its own decisions from data, and returns no rows that the caller might not see.
    """

    @wraps(function)
    def inner(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with acting(replace(actor(), role=SYSTEM, parks=())):
            return function(*args, **kwargs)

    return inner
