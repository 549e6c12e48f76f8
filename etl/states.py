"""Fingerprints of the published state and its history, to compare two databases by."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from data.layers import LAYERS, published_table

MOST_KEYS = 20  # differing rows that are named
_HISTORY = (
    "published_by, ended_by, end_reason, extract(epoch FROM lower(known)), extract(epoch FROM upper(known))"
)
_RECORDS = {
    "delivery": "delivery_id, received_at, supplier, paths, content_sha256, status",
    "publication": "publication_id, published_at, delivery_id, action, person, reason, changes",
    "correction": "correction_id, layer, row_key, field, old_value, new_value, ended_at",
    "correction_use": "correction_id, delivery_id, outcome, found_value",
    "lineage": "publication_id, layer, kind, shared_m2",
}
Prints = dict[tuple[str, str], tuple[int, int]]  # (table, what) -> rows, hash


@dataclass(frozen=True, slots=True)
class Compared:
    """One table of two databases. ``what`` is ``current``, ``history`` or ``records``."""

    table: str
    what: str
    rows: int
    rebuilt_rows: int
    equal: bool
    differing: list[str]


def _content(layer: str) -> str:
    """List the columns that say what a row says; the hash among them would hide a value that was changed."""
    left_out = {
        "version_id",
        "entity_id",
        "known",
        "content_hash",
        "file_id",
        "published_by",
        "ended_by",
        "end_reason",
    }
    return ", ".join(f'"{c.name}"' for c in published_table(layer).columns if c.name not in left_out)


def fingerprints(connection: Connection) -> Prints:
    """Return rows and hash of each layer, current and with its history, and of the records; order does not count."""
    found: Prints = {}
    for layer in LAYERS:
        content = _content(layer)
        found[layer, "current"] = _print(connection, content, f"{layer} WHERE upper_inf(known)")
        found[layer, "history"] = _print(connection, f"{content}, {_HISTORY}", layer)
    for table, columns in _RECORDS.items():
        found[table, "records"] = _print(connection, columns, table)
    return found


def _print(connection: Connection, columns: str, source: str) -> tuple[int, int]:
    row = connection.execute(
        text(
            f"SELECT count(*) AS n, coalesce(sum(hashtextextended(ROW({columns})::text, 0)), 0) AS h FROM {source}"
        )
    ).one()
    return int(row.n), int(row.h)


def keys(connection: Connection, layer: str) -> dict[str, int]:
    """Return the hash of each current row by its key."""
    names = " || '/' || ".join(f"{name}::text" for name in LAYERS[layer].key)
    rows = connection.execute(
        text(
            f"SELECT {names} AS key, hashtextextended(ROW({_content(layer)})::text, 0) AS h "
            f"FROM {layer} WHERE upper_inf(known)"
        )
    )
    return {row.key: row.h for row in rows}


def compare(before: Prints, after: Prints, differing: dict[str, list[str]]) -> list[Compared]:
    """Return the tables side by side, empty ones left out."""
    return [
        Compared(table, what, before[table, what][0], after[table, what][0],
                 before[table, what] == after[table, what], differing.get(table, []) if what == "current" else [])
        for table, what in before
        if before[table, what][0] or after[table, what][0]
    ]  # fmt: skip


def named(one: dict[str, int], other: dict[str, int]) -> list[str]:
    """Return the first keys whose rows differ, or that only one has."""
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))[:MOST_KEYS]
