"""Staged rows compared with the published ones: once, for the checks, the differences and the publication.

A layer of a delivery is joined by key with its current versions in the
transaction that stages it. Only what differs is written down, in a table of
the transaction (:func:`table_of`), so that unchanged rows, the mass, are
looked at once. What a publication needs of it stays with the staged rows and
holds until something else of the layer is published.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, text

from data.layers import LAYERS
from etl.statements import key_of, same_row, scope_columns, scope_of

Box = tuple[float, float, float, float]  # west, south, east, north, in degrees

# Narrow columns only: a hash of a million whole rows would not fit into memory. What a version that the delivery
# does not have is (gone, near) is asked for such versions alone.
_COMPARE = """
    CREATE TEMP TABLE {table} ON COMMIT DROP AS
    SELECT file_id, row_no, version_id, entity_id, gone, near
    FROM (
        SELECT
            s.file_id, s.row_no, p.version_id, p.entity_id,
            s.row_no IS NULL AND ({gone}) AS gone, s.row_no IS NULL AND p.near AS near
        FROM (SELECT file_id, row_no, {key} FROM staging.{layer} WHERE file_id = ANY(:files)) AS s
        {join} JOIN (
            SELECT version_id, entity_id, {columns}, {near} AS near
            FROM {layer} WHERE upper_inf(known) OFFSET 0
        ) AS p ON {same}
        WHERE p.content_hash IS DISTINCT FROM s.content_hash OFFSET 0
    ) AS found
    WHERE row_no IS NOT NULL OR gone OR near
"""
_KEEP = """
    INSERT INTO staging.compared_row (file_id, row_no, version_id, entity_id)
    SELECT coalesce(file_id, :any_file), row_no, version_id, entity_id
    FROM {table} WHERE row_no IS NOT NULL OR gone AND :complete
"""
_RECALL = """
    CREATE TEMP TABLE {table} ON COMMIT DROP AS
    SELECT file_id, row_no, version_id, entity_id, row_no IS NULL AS gone, false AS near
    FROM staging.compared_row WHERE file_id = ANY(:files)
"""
_HOLDS = """
    SELECT EXISTS (
        SELECT FROM staging.comparison
        WHERE layer = :layer AND files = CAST(:files AS bigint[]) AND publication_id IS NOT DISTINCT FROM :newest
    )
"""


def table_of(layer: str) -> str:
    """Return the table of the transaction with what differs.

    ``file_id`` and ``row_no`` are those of a staged row that is new, or (with
    ``version_id`` and ``entity_id``) replaces a version. Without them the
    delivery does not have the version: ``gone`` where it could have named it,
    ``near`` where it lies in the box that was asked for.
    """
    return f"pg_temp.compared_{layer}"


def make(
    connection: Connection, layer: str, files: list[int], park: str | None, complete: bool, box: Box | None
) -> None:
    """Compare the staged files of a layer, and keep for the publication what it needs."""
    # Asked before: what is published in between makes the comparison an old one.
    newest = _newest(connection, layer)
    _compare(connection, layer, files, park, box, absent=True)
    if complete and park and "park_code" not in LAYERS[layer].names:
        return  # which rows are gone depends on the parcels, which the same delivery may change
    params = {"layer": layer, "files": sorted(files), "newest": newest}
    connection.execute(
        text("INSERT INTO staging.comparison (layer, files, publication_id) VALUES (:layer, :files, :newest)"), params
    )  # fmt: skip
    connection.execute(
        text(_KEEP.format(table=table_of(layer))), {"any_file": files[0], "complete": complete}
    )


def recall(connection: Connection, layer: str, files: list[int], park: str | None, complete: bool) -> None:
    """Bring the comparison back, under the lock of a publication; where it is missing or old, compare anew."""
    params = {"layer": layer, "files": sorted(files), "newest": _newest(connection, layer)}
    if connection.scalar(text(_HOLDS), params):
        connection.execute(text(_RECALL.format(table=table_of(layer))), params)
        _analyse(connection, layer)
    else:
        _compare(connection, layer, files, park, None, absent=complete)


def made(connection: Connection, layer: str) -> bool:
    """Say whether a layer was compared in this transaction; one of which nothing was published is not."""
    return bool(connection.scalar(text("SELECT to_regclass(:table) IS NOT NULL"), {"table": table_of(layer)}))


def forget(connection: Connection, layer: str) -> None:
    """Drop the table of a layer: one transaction may publish more than once."""
    connection.execute(text(f"DROP TABLE {table_of(layer)}"))


def gone_of(connection: Connection, layer: str, files: list[int], park: str | None) -> tuple[int, int]:
    """Return how many published rows a delivery no longer has, and of how many in its scope (0 if none is gone)."""
    gone = int(connection.scalar(text(f"SELECT count(*) FROM {table_of(layer)} WHERE gone")) or 0)
    if not gone:
        return 0, 0
    scope = f"SELECT count(*) FROM {layer} p WHERE upper_inf(p.known) AND {scope_of(layer, park)}"
    return gone, int(connection.scalar(text(scope), {"files": files, "park": park}) or 0)


@contextmanager
def few(connection: Connection) -> Iterator[None]:
    """Let versions be looked up by their numbers, where the planner finds that quicker: it knows how many there are."""
    connection.execute(text("SET LOCAL enable_nestloop = on"))
    yield
    connection.execute(text("SET LOCAL enable_nestloop = off"))


def _compare(
    connection: Connection, layer: str, files: list[int], park: str | None, box: Box | None, *, absent: bool
) -> None:
    params: dict[str, Any] = {"files": files, "park": park}
    if box:
        params |= dict(zip(("west", "south", "east", "north"), box, strict=True))
    key = [*key_of(layer), "content_hash"]
    statement = _COMPARE.format(
        table=table_of(layer),
        layer=layer,
        key=", ".join(dict.fromkeys(key)),
        columns=", ".join(dict.fromkeys([*key, *scope_columns(layer)])),
        join="FULL" if absent else "LEFT",
        gone=scope_of(layer, park) if absent else "false",
        near="geom && ST_MakeEnvelope(:west, :south, :east, :north, 4490)" if box else "false",
        same=same_row(layer, "p", "s"),
    )
    connection.execute(text(statement), params)
    _analyse(connection, layer)


def _analyse(connection: Connection, layer: str) -> None:
    connection.execute(text(f"ANALYZE {table_of(layer)}"))


def _newest(connection: Connection, layer: str) -> int | None:
    """Return the newest publication that touched a layer."""
    touched = text("SELECT max(publication_id) FROM publication WHERE changes ? :layer")
    found: int | None = connection.scalar(touched, {"layer": layer})
    return found
