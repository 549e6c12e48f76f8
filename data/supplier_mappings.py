"""Mappings that are kept for a supplier: confirmed once, used again for the next delivery."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Kept:
    """A mapping as it was confirmed for a supplier: which, when, by whom."""

    mapping_id: int
    supplier: str
    mapping: dict[str, Any]
    saved_at: dt.datetime
    saved_by: str


def newest(connection: Connection, supplier: str) -> Kept | None:
    """Return the mapping that the next delivery of a supplier is read by, or ``None``."""
    row = connection.execute(
        text(
            "SELECT mapping_id, supplier, mapping, saved_at, saved_by FROM supplier_mapping "
            "WHERE supplier = :supplier ORDER BY mapping_id DESC LIMIT 1"
        ),
        {"supplier": supplier},
    ).one_or_none()
    return None if row is None else Kept(*row)


def suppliers(connection: Connection) -> list[str]:
    """List the suppliers that a mapping is kept for, by name."""
    return list(connection.scalars(text("SELECT DISTINCT supplier FROM supplier_mapping ORDER BY 1")))


def save(connection: Connection, supplier: str, mapping: dict[str, Any], person: str) -> int:
    """Keep a mapping for a supplier and return its number; what is kept already is not kept twice."""
    before = newest(connection, supplier)
    if before is not None and before.mapping == mapping:
        return before.mapping_id
    found = connection.scalar(
        text(
            "INSERT INTO supplier_mapping (supplier, mapping, saved_by) "
            "VALUES (:supplier, CAST(:mapping AS jsonb), :person) RETURNING mapping_id"
        ),
        {"supplier": supplier, "mapping": json.dumps(mapping, ensure_ascii=False), "person": person},
    )
    return int(found or 0)


def save_of(connection: Connection, delivery_id: int, person: str) -> int | None:
    """Keep the mapping that a delivery was read by, where it names its supplier; return its number.

    Called when the delivery is published: a mapping that led to published
    rows is one that somebody has looked at.
    """
    row = connection.execute(
        text("SELECT supplier, options ->> 'mapping' AS mapping FROM delivery WHERE delivery_id = :id"),
        {"id": delivery_id},
    ).one()
    if not row.supplier or not row.mapping:
        return None
    return save(connection, row.supplier, json.loads(row.mapping), person)
