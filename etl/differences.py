"""What a delivery changes against what is published: new, gone, moved, reshaped, changed; split and merged.

The comparison is made by the database over whole layers, in the transaction
that stages the rows. Every difference is counted; of each kind the first ten
thousand by key are listed. Where land passes from one parcel to another, the
area that they share is kept and becomes lineage with the publication.
"""

from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from data.layers import LAYERS, SNAPSHOTS, LayerColumn
from data.sql import load
from etl import difference_statements as statements
from etl.checks.limits import tolerances
from etl.comparison import forget, made, table_of
from etl.options import ImportOptions
from etl.work import Work

WITH_LINEAGE = ("parcel", "building")  # layers whose things are split and merged


def record(connection: Connection, delivery_id: int, works: list[Work], options: ImportOptions) -> None:
    """Write down the differences of the staged rows from the published ones."""
    for layer in LAYERS:
        same = [work for work in works if work.layer == layer and work.accepted]
        if same:
            _record_layer(connection, delivery_id, layer, same, options)


def _record_layer(
    connection: Connection, delivery_id: int, layer: str, works: list[Work], options: ImportOptions
) -> None:
    params: dict[str, Any] = tolerances() | {
        "id": delivery_id,
        "layer": layer,
        "files": [w.file_id for w in works],
    }
    params |= {"park": options.park, "complete": options.complete, "staged": sum(w.accepted for w in works)}
    if not made(connection, layer):
        _record_first(connection, layer, works, params)
        return
    connection.execute(text(_comparison(layer)), params)
    if layer in WITH_LINEAGE:
        _recognise(connection, params)
    connection.execute(text(statements.KEEP), params)
    connection.execute(text(statements.COUNT), params)
    connection.execute(text("DROP TABLE pg_temp.difference"))
    forget(connection, layer)


def _record_first(connection: Connection, layer: str, works: list[Work], params: dict[str, Any]) -> None:
    """Write down the rows of a layer of which nothing is published: all are new."""
    left, files, lasts = int(params["changes_kept"]), [], []
    for work in sorted(works, key=lambda work: work.file_id):
        listed = min(left, work.accepted)
        if listed:  # where they end is known here, and a million staged rows need not be sorted for it
            files.append(work.file_id)
            lasts.append(int(np.partition(work.row_no, listed - 1)[listed - 1]))
        left -= listed
    area = "ST_Area(s.geom::geography)::numeric(20, 4)" if LAYERS[layer].geometry else "NULL"
    kept = connection.execute(
        text(statements.KEEP_FIRST.format(layer=layer, key=row_key(layer, "s"), area=area)),
        params | {"files": files, "lasts": lasts},
    ).rowcount
    connection.execute(
        text("INSERT INTO delivery_change_total VALUES (:id, :layer, 'NEW', :n, :kept), (:id, :layer, 'SAME', 0, 0)"),
        params | {"n": params["staged"], "kept": kept},
    )  # fmt: skip


def row_key(layer: str, table: str) -> str:
    """Return the text that a person knows a row by: its key, else what identifies a row without one."""
    names = LAYERS[layer].key or tuple(n for n in statements.IDENTIFYING if n in LAYERS[layer].names)
    return f"concat_ws('/', {', '.join(f'{table}.{name}' for name in names)})"


def _comparison(layer: str) -> str:
    geometry, compared = LAYERS[layer].geometry, table_of(layer)
    if layer in SNAPSHOTS:
        # The publication's own words say which patches it would end.
        replaced, _, update = (
            load("publish_snapshot").text.replace("{layer}", layer).partition(f"UPDATE {layer}")
        )
        assert update, "publish_snapshot.sql ends with the update of its layer"
        gone = f"{replaced} SELECT version_id FROM replaced"
    else:
        gone = f"SELECT version_id FROM {compared} WHERE gone"
    return (statements.COMPARE_SHAPES if geometry else statements.COMPARE).format(
        layer=layer,
        staged_key=row_key(layer, "s"),
        published_key=row_key(layer, "p"),
        compared=compared,
        fields=_changed_fields(layer),
        gone=gone,
    )


def _changed_fields(layer: str) -> str:
    """Return the expression for the columns that differ, each with the value before and after."""
    pairs = ", ".join(
        f'\'{c.name}\', CASE WHEN s."{c.name}" IS DISTINCT FROM p."{c.name}" '
        f"THEN jsonb_build_array({_as_json(c, 'p')}, {_as_json(c, 's')}) END"
        for c in LAYERS[layer].columns
    )
    return f"jsonb_strip_nulls(jsonb_build_object({pairs})) || {statements.EXTRA_FIELDS}"


def _as_json(column: LayerColumn, table: str) -> str:
    value = f'{table}."{column.name}"'
    return (
        f"to_jsonb(trim_scale({value})::text)" if column.kind.__name__ == "Decimal" else f"to_jsonb({value})"
    )


def _recognise(connection: Connection, params: dict[str, Any]) -> None:
    """Find from which published parcels the land of the delivered ones comes."""
    if not connection.scalar(text(statements.MAY_PASS_LAND), params):
        return
    for statement in (statements.INDEX_PARENTS, "ANALYZE pg_temp.difference"):
        connection.execute(text(statement), params)
    # Boxes meet by an index only in a nested loop, which bulk work switches off.
    connection.execute(text("SET LOCAL enable_nestloop = on"))
    connection.execute(text(statements.SHARE_LAND), params)
    connection.execute(text("SET LOCAL enable_nestloop = off"))
    connection.execute(text("ANALYZE pg_temp.shared_land"))
    for statement in (statements.NAME_SPLITS, statements.NAME_MERGERS, statements.DROP_FAULTS):
        connection.execute(text(statement), params)
    for statement in (statements.KEEP_LAND, statements.TELL_PARENTS, statements.TELL_CHILDREN):
        connection.execute(text(statement), params)
    connection.execute(text("DROP TABLE pg_temp.shared_land"))
