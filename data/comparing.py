"""Two runs side by side: what the verdict on each parcel was on one day and on another, or as known then and now."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping

from data.sql import load
from gis.words import status_of

ABSENT = ""  # stands for a parcel that one of the runs does not have


@dataclass(frozen=True, slots=True)
class Moves:
    """How many parcels went from one map status to another.

    ``counts`` holds (status before, status after) -> parcels, ``ABSENT`` where a run has no such parcel;
    ``changed`` counts the parcels whose verdict or band differs, also within one status.
    """

    counts: dict[tuple[str, str], int]
    changed: int


def moves(connection: Connection, before_run: int, after_run: int, park: str | None) -> Moves:
    """Return the moves between two runs (see ``compare_counts.sql``)."""
    values = {"before_run": before_run, "after_run": after_run, "park": park}
    counts: dict[tuple[str, str], int] = {}
    changed = 0
    for row in connection.execute(load("compare_counts"), values):
        key = (_status(row.before_verdict), _status(row.after_verdict))
        counts[key] = counts.get(key, 0) + row.n
        changed += 0 if row.same else row.n
    return Moves(counts, changed)


def rows(
    connection: Connection, before_run: int, after_run: int, park: str | None, *, size: int, page: int
) -> Sequence[RowMapping]:
    """Return one page of the parcels whose verdict differs (see ``compare.sql``)."""
    values = {
        "before_run": before_run,
        "after_run": after_run,
        "park": park,
        "limit": size,
        "offset": (page - 1) * size,
    }
    return connection.execute(load("compare"), values).mappings().all()


def _status(verdict: str | None) -> str:
    return ABSENT if verdict is None else status_of(verdict)
