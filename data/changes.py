"""Reads about what a delivery changes: differences from the published state, counted and listed."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping

from data.sql import load

KINDS = ("NEW", "CHANGED", "MOVED", "RESHAPED", "SPLIT", "MERGED", "GONE")


def totals(connection: Connection, delivery_id: int) -> dict[str, dict[str, int]]:
    """Return layer -> kind -> number of rows; ``SAME`` are those that are published as they are delivered."""
    found: dict[str, dict[str, int]] = {}
    for row in connection.execute(load("changes_totals"), {"delivery_id": delivery_id}):
        found.setdefault(row.layer, {})[row.kind] = row.n
    return found


def rows(
    connection: Connection,
    delivery_id: int,
    layer: str | None = None,
    kind: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> Sequence[RowMapping]:
    """Return one page of the differences (see ``changes.sql``); at most ten thousand a layer and kind are kept."""
    asked = {"delivery_id": delivery_id, "layer": layer, "kind": kind, "limit": limit, "offset": offset}
    return connection.execute(load("changes"), asked).mappings().all()
