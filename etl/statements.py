"""The statements of a publication that depend on the layer: its columns, its key, what is in its scope."""

from data.layers import LAYERS, SNAPSHOTS, published_table

_PROVENANCE = ("file_id", "row_no", "content_hash", "extra")


def taken_over(layer: str) -> list[str]:
    """List the columns that a version takes over from staging."""
    derived = [c.name for c in published_table(layer).columns if c.info.get("derived")]
    geometry = ["geom"] if LAYERS[layer].geometry else []
    return [*LAYERS[layer].names, *derived, *geometry, *_PROVENANCE]


def key_of(layer: str) -> tuple[str, ...]:
    """Return the columns that make two rows the same one: the key, else the content."""
    return LAYERS[layer].key or ("content_hash",)


def same_row(layer: str, left: str, right: str) -> str:
    """Return the condition that two tables' rows are the same one: by key, else by content."""
    return " AND ".join(f'{left}."{name}" = {right}."{name}"' for name in key_of(layer))


# {compared} is what differs (see ``etl.comparison``).
CLOSE_CHANGED = """
    UPDATE {layer} p SET known = tstzrange(lower(p.known), :now), ended_by = :pub, end_reason = 'REPLACED'
    FROM {compared} t WHERE t.row_no IS NOT NULL AND p.version_id = t.version_id
"""
CLOSE_GONE = """
    UPDATE {layer} p SET known = tstzrange(lower(p.known), :now), ended_by = :pub, end_reason = 'GONE'
    FROM {compared} t WHERE t.gone AND p.version_id = t.version_id
"""
# An entity keeps its number for ever, also when it had ended and comes back.
FIND_ENDED = """
    WITH fresh AS MATERIALIZED (
        SELECT t.file_id, t.row_no, {staged_key} FROM {compared} t
        JOIN staging.{layer} s ON s.file_id = t.file_id AND s.row_no = t.row_no
        WHERE t.version_id IS NULL
    )
    UPDATE {compared} t SET entity_id = e.entity_id
    FROM fresh s JOIN (
        SELECT DISTINCT ON ({key}) {key}, entity_id FROM {layer}
        WHERE NOT upper_inf(known) AND ({key}) IN (SELECT {key} FROM fresh)
        ORDER BY {key}, version_id DESC
    ) e ON {same_entity}
    WHERE t.file_id = s.file_id AND t.row_no = s.row_no
"""
INSERT_CHANGED = """
    INSERT INTO {layer} (entity_id, known, published_by, {names})
    SELECT coalesce(t.entity_id, nextval('entity_seq')), tstzrange(:now, NULL), :pub, {staged}
    FROM {compared} t JOIN staging.{layer} s ON s.file_id = t.file_id AND s.row_no = t.row_no
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


def scope_of(layer: str, park: str | None) -> str:
    """Return the condition for published rows (``p``) that a complete delivery speaks of.

    Rows of parks that the delivery does not touch, or of other parks than
    the one named, are not gone.
    """
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


def scope_columns(layer: str) -> list[str]:
    """Return the columns of a layer that its scope asks about."""
    return [name for name in ("park_code", "parcel_codes", "parcel_code") if name in LAYERS[layer].names]
