"""Which thing came out of which: what was recognised when a delivery was checked, put down when it is published."""

from sqlalchemy import Connection, text

from data.layers import LAYERS

# A thing keeps its identity for ever, also when its row has ended: the newest version of a key names it.
_RECORD = """
    WITH passed AS MATERIALIZED (
        SELECT kind, parent_key, child_key, max(shared_m2) AS shared_m2
        FROM delivery_overlap WHERE delivery_id = :id AND layer = :layer GROUP BY kind, parent_key, child_key
    ), parent AS (
        SELECT DISTINCT ON ({key}) {key} AS row_key, entity_id FROM {layer}
        WHERE {key} IN (SELECT parent_key FROM passed) ORDER BY {key}, version_id DESC
    )
    INSERT INTO lineage (publication_id, layer, kind, parent_entity_id, child_entity_id, shared_m2)
    SELECT :pub, :layer, o.kind, p.entity_id, c.entity_id, max(o.shared_m2)
    FROM passed o
    JOIN parent p ON p.row_key = o.parent_key
    JOIN {layer} c ON c.{key} = o.child_key AND upper_inf(c.known)
    WHERE p.entity_id <> c.entity_id
    GROUP BY o.kind, p.entity_id, c.entity_id
"""


def record(connection: Connection, delivery_id: int, publication_id: int) -> None:
    """Write down the lineage that a publication brings; withdrawn with it, since reads ask for its publication."""
    layers = connection.scalars(
        text("SELECT DISTINCT layer FROM delivery_overlap WHERE delivery_id = :id"), {"id": delivery_id}
    ).all()
    for layer in layers:
        (key,) = LAYERS[layer].key
        connection.execute(
            text(_RECORD.format(layer=layer, key=key)),
            {"id": delivery_id, "pub": publication_id, "layer": layer},
        )
