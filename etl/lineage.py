"""Which thing came out of which: what was recognised when a delivery was checked, put down when it is published."""

from sqlalchemy import Connection, text

from data.layers import LAYERS

# A thing keeps its identity for ever, also when its row has ended: the newest version of a key names it.
_RECORD = """
    INSERT INTO lineage (publication_id, layer, kind, parent_entity_id, child_entity_id, shared_m2)
    SELECT :pub, o.layer, o.kind, p.entity_id, c.entity_id, max(o.shared_m2)
    FROM delivery_overlap o
    JOIN (SELECT DISTINCT ON ({key}) {key} AS row_key, entity_id FROM {layer} ORDER BY {key}, version_id DESC) p
        ON p.row_key = o.parent_key
    JOIN {layer} c ON c.{key} = o.child_key AND upper_inf(c.known)
    WHERE o.delivery_id = :id AND o.layer = :layer AND p.entity_id <> c.entity_id
    GROUP BY o.layer, o.kind, p.entity_id, c.entity_id
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
