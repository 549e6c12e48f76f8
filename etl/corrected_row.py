"""Publish one row with one field changed: what a correction does to the published state."""

import hashlib
import json
from typing import Any

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, RowMapping, text

from data.layers import Layer
from etl.corrections import DELIVERED, json_text
from etl.drawn import Drawn
from etl.extra import Extra
from etl.issues import Findings
from etl.load import fingerprints
from etl.publish import publish_in
from etl.statements import taken_over
from etl.typed import as_text
from etl.work import Work

NAMED_BY = ("parcel_code", "contract_no", "zone_code")  # what rows without a key of their own are known by


def publish_row(
    connection: Connection, number: int, layer: Layer, row: RowMapping, field: str, value: Any,
    extra: dict[str, Any], person: str, reason: str,
) -> tuple[int, int]:  # fmt: skip
    """Publish one row with one field changed, as a delivery of its own that can be withdrawn like any other."""
    ended = DELIVERED not in extra or field not in extra[DELIVERED]
    delivery, file = _deliver(connection, number, layer, row, field, value, ended, person)
    names = [
        name for name in taken_over(layer.name) if name not in ("file_id", "content_hash", "extra", field)
    ]
    listed = ", ".join(f'"{name}"' for name in names)
    connection.execute(
        text(
            f'INSERT INTO staging.{layer.name} ({listed}, "{field}", file_id, content_hash, extra) '
            f"SELECT {listed}, :value, :file, CAST(:hash AS uuid), CAST(:extra AS jsonb) FROM {layer.name} "
            "WHERE version_id = :version"
        ),
        {
            "value": value, "file": file, "version": row["version_id"], "extra": json_text(extra),
            "hash": _fingerprint(layer, row, field, value, extra),
        },
    )  # fmt: skip
    done = publish_in(connection, delivery, person, reason)
    if not layer.key:
        _replace(connection, layer, row, done.publication_id)
    return delivery, done.publication_id


def _deliver(
    connection: Connection, number: int, layer: Layer, row: RowMapping, field: str, value: Any, ended: bool,
    person: str,
) -> tuple[int, int]:  # fmt: skip
    """Write down the delivery of one row that a correction is; return its number and that of its file."""
    what = f"correction {number}{' ended' if ended else ''}"
    options: dict[str, Any] = {"correction": number} | ({"ended": True} if ended else {})
    delivery = connection.scalar(
        text(
            "INSERT INTO delivery (received_by, paths, content_sha256, options, status) VALUES "
            "(:person, ARRAY[:what], :sha, CAST(:options AS jsonb), 'STAGED') RETURNING delivery_id"
        ),
        {
            "person": person, "what": what, "options": json.dumps(options),
            "sha": hashlib.sha256(f"{what}\x00{layer.name}\x00{field}\x00{as_text(value)}".encode()).hexdigest(),
        },
    )  # fmt: skip
    file = connection.scalar(
        text(
            "INSERT INTO delivery_file (delivery_id, path, layer, rows_read, rows_accepted) "
            "VALUES (:id, :what, :layer, 1, 1) RETURNING file_id"
        ),
        {"id": delivery, "what": what, "layer": layer.name},
    )
    key = "/".join(str(row[name] or "") for name in layer.key or NAMED_BY if name in layer.names)
    connection.execute(
        text(
            "WITH counted AS (INSERT INTO delivery_change_total VALUES (:id, :layer, 'CHANGED', 1, 1)) "
            "INSERT INTO delivery_change (delivery_id, layer, row_key, kind, fields) "
            "VALUES (:id, :layer, :key, 'CHANGED', CAST(:fields AS jsonb))"
        ),
        {
            "id": delivery, "layer": layer.name, "key": key,
            "fields": json.dumps({field: [as_text(row[field]), as_text(value)]}, ensure_ascii=False),
        },
    )  # fmt: skip
    return int(delivery or 0), int(file or 0)


def _fingerprint(layer: Layer, row: RowMapping, field: str, value: Any, extra: dict[str, Any]) -> str:
    """Return the content hash that the row would have if it were delivered as it is corrected."""
    values = {name: value if name == field else row[name] for name in layer.names}
    work = Work("", layer.name, Findings())
    work.frame = pd.DataFrame({name: pd.Series([v], dtype=object) for name, v in values.items()})
    work.row_no = np.array([row["row_no"]], dtype=np.int64)
    work.extra = Extra.given([json_text(extra)])
    if layer.geometry:
        work.shapes = Drawn.of([shapely.from_wkb(bytes(row["wkb"]))])
    return bytes(fingerprints(work)[0]).hex()


def _replace(connection: Connection, layer: Layer, row: RowMapping, publication: int) -> None:
    """End the row that a corrected one without a key takes the place of; both are versions of one thing."""
    params = {"version": row["version_id"], "entity": row["entity_id"], "pub": publication}
    connection.execute(
        text(
            f"UPDATE {layer.name} p SET known = tstzrange(lower(p.known), u.published_at), ended_by = :pub, "
            "end_reason = 'REPLACED' FROM publication u WHERE u.publication_id = :pub AND p.version_id = :version"
        ),
        params,
    )
    connection.execute(
        text(f"UPDATE {layer.name} SET entity_id = :entity WHERE published_by = :pub AND upper_inf(known)"), params
    )  # fmt: skip
    changes = {layer.name: {"new": 0, "changed": 1, "unchanged": 0, "ended": 0}}
    connection.execute(
        text("UPDATE publication SET changes = CAST(:changes AS jsonb) WHERE publication_id = :pub"),
        params | {"changes": json.dumps(changes)},
    )
