"""Give what was done again the times at which it was done first."""

from sqlalchemy import Connection, text

from data.layers import LAYERS
from etl.replay import History

# Each end of what was known is the time of a publication, to the microsecond.
_KNOWN = """
    UPDATE {layer} AS v SET known = tstzrange(
        began.at, (SELECT ended.at FROM pg_temp.done_at AS ended WHERE ended.again_at = upper(v.known))
    )
    FROM pg_temp.done_at AS began WHERE began.again_at = lower(v.known)
"""


def put_back(connection: Connection, done: History) -> None:
    """Put the times of deliveries, publications, corrections and versions back to those of the records."""
    connection.execute(
        text(
            "CREATE TEMP TABLE done_at ON COMMIT DROP AS SELECT p.publication_id, o.at, p.published_at AS again_at "
            "FROM publication p JOIN (SELECT unnest(CAST(:ids AS bigint[])) AS id, "
            "unnest(CAST(:times AS timestamptz[])) AS at) o ON o.id = p.publication_id"
        ),
        {
            "ids": [p["publication_id"] for p in done.publications],
            "times": [p["published_at"] for p in done.publications],
        },
    )
    for layer in LAYERS:
        connection.execute(text(_KNOWN.format(layer=layer)))
    connection.execute(
        text(
            "UPDATE publication p SET published_at = d.at FROM pg_temp.done_at d WHERE d.publication_id = p.publication_id"
        )
    )
    for row in done.deliveries:
        connection.execute(
            text("UPDATE delivery SET received_at = :at, paths = :paths WHERE delivery_id = :id"),
            {"at": row["received_at"], "paths": row["paths"], "id": row["delivery_id"]},
        )
    for row in done.corrections:
        connection.execute(
            text("UPDATE correction SET made_at = :made, ended_at = :ended WHERE correction_id = :id"),
            {"made": row["made_at"], "ended": row["ended_at"], "id": row["correction_id"]},
        )
