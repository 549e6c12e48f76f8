"""Rows leave the staging tables: published, withdrawn before that, or never to be published."""

from collections.abc import Sequence

from sqlalchemy import Connection, text


def discard(connection: Connection, layer: str, files: Sequence[int]) -> None:
    """Take the rows of some files out of the staging table of their layer, and what was compared with them."""
    params = {"layer": layer, "files": list(files)}
    # A comparison that knew one of the files does not hold for the others.
    connection.execute(
        text("DELETE FROM staging.comparison WHERE layer = :layer AND files && CAST(:files AS bigint[])"),
        params,
    )
    connection.execute(text("DELETE FROM staging.compared_row WHERE file_id = ANY(:files)"), params)
    if not connection.scalar(text("SELECT staging.emptied(:layer, CAST(:files AS bigint[]))"), params):
        connection.execute(text(f'DELETE FROM staging."{layer}" WHERE file_id = ANY(:files)'), params)
