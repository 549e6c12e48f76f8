"""Reads for the list that goes back to a supplier, and for what became of the last one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping

from data.sql import load

STATES = ("MENDED", "STILL", "NEW")


@dataclass(frozen=True, slots=True)
class Followup:
    """What became of the findings of the supplier's last delivery.

    ``mended`` are those that are not found any more: put right, or their row
    is not delivered any more.
    """

    previous: int
    mended: int
    still: int
    new: int
    rows: Sequence[RowMapping]


def findings(connection: Connection, delivery_id: int) -> Sequence[RowMapping]:
    """Return what is to be mended in a delivery (see ``fixlist.sql``)."""
    return connection.execute(load("fixlist"), {"delivery_id": delivery_id}).mappings().all()


def followup(
    connection: Connection, delivery_id: int, state: str | None = None, limit: int = 100, offset: int = 0
) -> Followup | None:
    """Return what became of the last fix-list, or ``None`` without an earlier delivery of that supplier."""
    asked = {"delivery_id": delivery_id}
    previous = connection.scalar(load("followup_previous"), asked)
    if previous is None:
        return None
    page = {"state": state, "limit": limit, "offset": offset}
    query = load("followup")
    rows = connection.execute(query, asked | page).mappings().all()
    whole = {"state": None, "limit": 1, "offset": 0}
    counts = connection.execute(query, asked | whole).mappings().one_or_none()
    n = {s: 0 if counts is None else counts[f"n_{s}"] for s in ("mended", "still", "new")}
    return Followup(previous, n["mended"], n["still"], n["new"], rows)
