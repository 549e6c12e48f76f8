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


# Staged rows that the layer doesn't have as they are, beside the version that each one replaces.
FIND_CHANGED = """
    CREATE TEMP TABLE publishing ON COMMIT DROP AS
    SELECT s.ctid AS staged, c.version_id AS before, c.entity_id
    FROM staging.{layer} s LEFT JOIN {layer} c ON upper_inf(c.known) AND {same_current}
    WHERE s.file_id = ANY(:files) AND (c.version_id IS NULL OR c.content_hash <> s.content_hash)
"""
CLOSE_CHANGED = """
    UPDATE {layer} p SET known = tstzrange(lower(p.known), :now), ended_by = :pub, end_reason = 'REPLACED'
    FROM publishing t WHERE p.version_id = t.before
"""
# An entity keeps its number for ever, also when it had ended and comes back.
INSERT_CHANGED = """
    INSERT INTO {layer} (entity_id, known, published_by, {names})
    SELECT coalesce(t.entity_id, e.entity_id, nextval('entity_seq')), tstzrange(:now, NULL), :pub, {staged}
    FROM publishing t JOIN staging.{layer} s ON s.ctid = t.staged
    LEFT JOIN (
        SELECT DISTINCT ON ({key}) {key}, entity_id FROM {layer} WHERE NOT upper_inf(known)
        ORDER BY {key}, version_id DESC
    ) e ON {same_entity}
"""
# Where a layer is still empty there is nothing to compare with.
INSERT_FIRST = """
    INSERT INTO {layer} (entity_id, known, published_by, {names})
    SELECT nextval('entity_seq'), tstzrange(:now, NULL), :pub, {staged}
    FROM staging.{layer} s WHERE s.file_id = ANY(:files)
"""


def count_below(layer: str) -> str:
    """Return the query that counts the rows of a layer up to a limit."""
    return f"SELECT count(*) FROM (SELECT FROM {layer} LIMIT :most) few"


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
