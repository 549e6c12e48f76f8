"""Reads about corrections: which hold, who made them and why, what became of them in the deliveries since."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping

from data.sql import load


def list_corrections(
    connection: Connection, layer: str | None = None, key: str | None = None, *, ended: bool = True
) -> Sequence[RowMapping]:
    """Return corrections, the newest last; ``used`` counts the deliveries by what became of it there."""
    asked = {"layer": layer, "key": key, "ended": ended, "layers": None}
    return connection.execute(load("corrections"), asked).mappings().all()


def of_delivery(connection: Connection, delivery_id: int) -> Sequence[RowMapping]:
    """Return what became of the corrections in one delivery."""
    return connection.execute(load("corrections_of_delivery"), {"delivery_id": delivery_id}).mappings().all()
