"""Where each value of a published row comes from: file, row, delivery, person, day, and what was corrected."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Connection, text

from data.corrections import list_corrections
from data.layers import LAYERS
from data.sql import load
from gis.errors import LandStockError

REFERENCES = ("parcel_code", "contract_no", "zone_code")  # what rows without a key of their own are known by
DELIVERED = "delivered_value"


class RowNotFound(LandStockError):
    """Nothing was ever published under this key."""

    code: ClassVar[str] = "row-not-found"

    def __init__(self, layer: str, key: str) -> None:
        super().__init__(
            f"Nothing was ever published as {layer} {key}. Parts of a key are separated by '/'.",
            f"从未发布过 {layer} {key}。关键字由多部分组成的，以“/”分隔。",
        )


class NoSuchField(LandStockError):
    """The layer or its field does not exist."""

    code: ClassVar[str] = "field-not-found"
    exit_code: ClassVar[int] = 2

    def __init__(self, layer: str, field: str | None, known: Sequence[str]) -> None:
        super().__init__(
            f"There is no {layer}{' ' + field if field else ''}. These are there: {', '.join(known)}.",
            f"没有 {layer}{' 的 ' + field if field else ''}。可用：{'、'.join(known)}。",
        )


def sources(connection: Connection, layer: str, key: str, field: str | None = None) -> list[dict[str, Any]]:
    """Return the newest version of each row of a key with the source of its values.

    A value comes from the delivery that first said it and has been repeated
    by all since; a value that a correction put in comes from that.

    Parameters
    ----------
    layer, key
        The row; rows of layers without a key are known by what they refer to.
    field
        Only this column; ``geom`` is the shape.

    Raises
    ------
    NoSuchField
        There is no such layer or column.
    RowNotFound
        Nothing was ever published under this key.
    """
    if layer not in LAYERS:
        raise NoSuchField(layer, None, tuple(LAYERS))
    fields = [*LAYERS[layer].names, *(["geom"] if LAYERS[layer].geometry else [])]
    if field is not None and field not in fields:
        raise NoSuchField(layer, field, fields)
    rows = _versions(connection, layer, key)
    if not rows:
        raise RowNotFound(layer, key)
    made = {(c["field"]): dict(c) for c in list_corrections(connection, layer, key) if c["ended_at"] is None}
    by_entity: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:  # newest first
        by_entity.setdefault(row["entity_id"], []).append(row)
    return [
        {
            "layer": layer, "key": key, "current": versions[0]["known_to"] is None,
            "known_from": versions[0]["known_from"], "known_to": versions[0]["known_to"],
            "end_reason": versions[0]["end_reason"], "versions": len(versions),
            "values": [_value(versions, name, made) for name in ([field] if field else fields)],
        }
        for versions in by_entity.values()
    ]  # fmt: skip


def _versions(connection: Connection, layer: str, key: str) -> list[Mapping[str, Any]]:
    names = LAYERS[layer].key or tuple(name for name in REFERENCES if name in LAYERS[layer].names)
    named = " || '/' || ".join(f"coalesce(p.{name}::text, '')" for name in names) or "p.entity_id::text"
    shape = "md5(ST_AsBinary(p.geom))" if LAYERS[layer].geometry else "NULL"
    statement = load("provenance").text
    for mark, put in (("{layer}", layer), ("{named}", named), ("{shape}", shape)):
        statement = statement.replace(mark, put)
    return [dict(row) for row in connection.execute(text(statement), {"key": key}).mappings()]


def _value(
    versions: Sequence[Mapping[str, Any]], name: str, made: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    """Return one value of the newest version with the oldest version of an unbroken run that says it."""
    newest = versions[0]
    origin = newest
    for version in versions[1:]:
        if version["row"].get(name) != newest["row"].get(name) or version["known_to"] != origin["known_from"]:
            break
        origin = version
    delivered = (newest["row"]["extra"] or {}).get(DELIVERED, {})
    correction = made.get(name) if name in delivered else None
    return {
        "field": name,
        "value": newest["row"].get(name),
        "file": origin["path"],
        "row_no": origin["row_no"],
        "delivery": origin["delivery_id"],
        "supplier": origin["supplier"],
        "received_at": origin["received_at"],
        "received_by": origin["received_by"],
        "publication": origin["published_by"],
        "published_at": origin["published_at"],
        "person": origin["person"],
        "delivered_value": delivered.get(name) if name in delivered else None,
        "correction": correction
        and {n: correction[n] for n in ("correction_id", "person", "reason", "document", "made_at", "old_value")},
    }  # fmt: skip
