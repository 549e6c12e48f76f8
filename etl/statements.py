"""The statements of a publication that depend on the layer: its columns, its key, what is in its scope."""

from data.layers import LAYERS, SNAPSHOTS, published_table

_PROVENANCE = ("file_id", "row_no", "content_hash", "extra")


def taken_over(layer: str) -> list[str]:
    """List the columns that a version takes over from staging."""
    derived = [c.name for c in published_table(layer).columns if c.info.get("derived")]
    geometry = ["geom"] if LAYERS[layer].geometry else []
    return [*LAYERS[layer].names, *derived, *geometry, *_PROVENANCE]


def same_row(layer: str, left: str, right: str) -> str:
    """Return the condition that two tables' rows are the same one: by key, else by content."""
    return " AND ".join(
        f'{left}."{name}" = {right}."{name}"' for name in LAYERS[layer].key or ("content_hash",)
    )


CLOSE_CHANGED = """
    UPDATE {layer} p SET known = tstzrange(lower(p.known), :now), ended_by = :pub, end_reason = 'REPLACED'
    FROM staging.{layer} s
    WHERE s.file_id = ANY(:files) AND upper_inf(p.known) AND {same} AND p.content_hash <> s.content_hash
"""
# An entity keeps its number for ever, also when it had ended and comes back.
INSERT_VERSIONS = """
    INSERT INTO {layer} (entity_id, known, published_by, {names})
    SELECT coalesce(e.entity_id, nextval('entity_seq')), tstzrange(:now, NULL), :pub, {staged}
    FROM staging.{layer} s
    LEFT JOIN (SELECT DISTINCT ON ({key}) {key}, entity_id FROM {layer} ORDER BY {key}, version_id DESC) e
        ON {same_entity}
    WHERE s.file_id = ANY(:files)
        AND NOT EXISTS (SELECT FROM {layer} c WHERE upper_inf(c.known) AND {same_current})
"""


def gone_filter(layer: str, park: str | None) -> str:
    """Return the condition for published rows that a delivery could have named and does not.

    Rows of parks that the delivery does not touch, or of other parks than
    the one named, are not gone. ``p`` is the published table.
    """
    absent = f"NOT EXISTS (SELECT FROM staging.{layer} s WHERE s.file_id = ANY(:files) AND {same_row(layer, 's', 'p')})"
    return f"upper_inf(p.known) AND {absent} AND {scope_of(layer, park)}"


def scope_of(layer: str, park: str | None) -> str:
    """Return the condition for published rows (``p``) that a complete delivery speaks of."""
    names = LAYERS[layer].names
    inside = "(SELECT parcel_code FROM parcel WHERE upper_inf(known) AND park_code = :park)"
    if layer in SNAPSHOTS:  # publication replaces their own day by itself
        return "false"
    if "park_code" in names:
        if park:
            return "p.park_code = :park"
        touched = f"SELECT coalesce(t.park_code, '') FROM staging.{layer} t WHERE t.file_id = ANY(:files)"
        return f"coalesce(p.park_code, '') IN ({touched})"
    if not park:
        return "true"
    if "parcel_codes" in names:
        return f"p.parcel_codes && ARRAY{inside}"
    return f"p.parcel_code IN {inside}" if "parcel_code" in names else "false"
