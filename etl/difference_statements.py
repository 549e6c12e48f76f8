"""The statements that compare staged rows with published ones (see ``etl.differences``)."""

IDENTIFYING = (
    "parcel_code", "contract_no", "plan", "version", "zone_code", "event", "happened_on", "basis",
    "reported_on", "cause", "from_on", "observed_on",
)  # fmt: skip

# Columns without a canonical one: {"extra.NAME": [before, after]}.
EXTRA_FIELDS = """
    CASE WHEN s.extra = p.extra THEN '{}'::jsonb ELSE coalesce((
        SELECT jsonb_object_agg('extra.' || k, jsonb_build_array(p.extra -> k, s.extra -> k))
        FROM (SELECT jsonb_object_keys(p.extra) UNION SELECT jsonb_object_keys(s.extra)) AS named (k)
        WHERE p.extra -> k IS DISTINCT FROM s.extra -> k
    ), '{}') END
"""

COMPARE = """
    CREATE TEMP TABLE difference ON COMMIT DROP AS
    SELECT
        {staged_key} AS row_key, CASE WHEN p.version_id IS NULL THEN 'NEW' ELSE 'CHANGED' END AS kind,
        CASE WHEN p.version_id IS NOT NULL THEN {fields} END AS fields,
        NULL::geometry AS before_geom, NULL::geometry AS after_geom,
        NULL::float AS before_m2, NULL::float AS after_m2, NULL::float AS moved_m, NULL::text[] AS others
    FROM {compared} t JOIN staging.{layer} s ON s.file_id = t.file_id AND s.row_no = t.row_no
    LEFT JOIN {layer} p ON p.version_id = t.version_id
    UNION ALL
    SELECT {published_key}, 'GONE', NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM {layer} p WHERE p.version_id IN ({gone})
"""

# Areas and distances on the ellipsoid. A displacement within the measuring accuracy is no move.
COMPARE_SHAPES = """
    CREATE TEMP TABLE difference ON COMMIT DROP AS
    WITH found AS (
        SELECT
            {staged_key} AS row_key, p.version_id IS NULL AS fresh,
            CASE WHEN p.version_id IS NOT NULL THEN {fields} END AS fields,
            CASE WHEN NOT p.geom = s.geom THEN p.geom END AS before_geom,
            CASE WHEN p.geom = s.geom THEN NULL ELSE s.geom END AS after_geom
        FROM {compared} t JOIN staging.{layer} s ON s.file_id = t.file_id AND s.row_no = t.row_no
        LEFT JOIN {layer} p ON p.version_id = t.version_id
    ), measured AS MATERIALIZED (
        SELECT
            f.*,
            CASE WHEN before_geom IS NOT NULL THEN ST_Area(before_geom::geography) END AS before_m2,
            CASE WHEN before_geom IS NOT NULL THEN ST_Area(after_geom::geography) END AS after_m2,
            CASE WHEN before_geom IS NOT NULL THEN ST_Distance(
                ST_Centroid(before_geom)::geography, ST_Centroid(after_geom)::geography) END AS moved_m
        FROM found AS f
    )
    SELECT
        row_key,
        CASE
            WHEN fresh THEN 'NEW'
            WHEN before_geom IS NULL THEN 'CHANGED'
            WHEN abs(after_m2 - before_m2) > greatest(:repair_m2, :repair_share * before_m2) THEN 'RESHAPED'
            WHEN moved_m > :moved_m THEN 'MOVED'
            WHEN ST_HausdorffDistance(before_geom, after_geom) * 111320 > :moved_m THEN 'RESHAPED'
            ELSE 'CHANGED'
        END AS kind,
        fields, before_geom, after_geom, before_m2, after_m2, moved_m, NULL::text[] AS others
    FROM measured
    UNION ALL
    SELECT {published_key}, 'GONE', NULL, p.geom, NULL, NULL, NULL, NULL, NULL FROM {layer} p WHERE p.version_id IN ({gone})
"""

# Land leaves what is gone or shrinks, and goes to what is new or grows.
_LEAVES = "(kind = 'GONE' OR kind = 'RESHAPED' AND after_m2 < before_m2)"
_GAINS = "(kind = 'NEW' OR kind = 'RESHAPED' AND after_m2 > before_m2)"
MAY_PASS_LAND = f"""
    SELECT EXISTS (SELECT FROM pg_temp.difference WHERE {_LEAVES})
        AND EXISTS (SELECT FROM pg_temp.difference WHERE {_GAINS})
"""
INDEX_PARENTS = f"CREATE INDEX ON pg_temp.difference USING gist (before_geom) WHERE {_LEAVES}"
SHARE_LAND = f"""
    CREATE TEMP TABLE shared_land ON COMMIT DROP AS
    SELECT * FROM (
        SELECT
            l.row_key AS parent_key, g.row_key AS child_key, 'ADJUST' AS kind,
            l.kind = 'GONE' AS gone, g.kind = 'NEW' AS fresh,
            ST_Area(l.before_geom::geography) AS parent_m2, ST_Area(g.after_geom::geography) AS child_m2,
            ST_Area(ST_Intersection(l.before_geom, g.after_geom)::geography) AS shared_m2
        FROM (SELECT * FROM pg_temp.difference WHERE {_GAINS}) AS g
        JOIN (SELECT * FROM pg_temp.difference WHERE {_LEAVES}) AS l ON l.before_geom && g.after_geom
        WHERE l.row_key <> g.row_key AND ST_Intersects(l.before_geom, g.after_geom)
    ) AS x
    WHERE shared_m2 > greatest(:overlap_m2, :lineage_share * least(parent_m2, child_m2))
"""
# Split: gone, and two or more delivered ones cover it. Merged: new, and two or more gone ones lie in it.
NAME_SPLITS = """
    UPDATE pg_temp.shared_land AS o SET kind = 'SPLIT'
    FROM (
        SELECT parent_key FROM pg_temp.shared_land WHERE gone
        GROUP BY parent_key, parent_m2
        HAVING count(*) >= 2 AND sum(shared_m2) >= :covered_share * parent_m2
    ) AS split
    WHERE o.parent_key = split.parent_key AND gone
"""
NAME_MERGERS = """
    UPDATE pg_temp.shared_land AS o SET kind = 'MERGE'
    FROM (
        SELECT child_key FROM pg_temp.shared_land
        WHERE gone AND fresh AND shared_m2 >= :covered_share * parent_m2
        GROUP BY child_key HAVING count(*) >= 2
    ) AS merged
    WHERE o.child_key = merged.child_key AND fresh AND o.kind = 'ADJUST'
"""
# A published parcel that a new one merely overlaps stays as it is: a fault of drawing, no passing of land.
DROP_FAULTS = """
    DELETE FROM pg_temp.shared_land
    WHERE kind = 'ADJUST' AND gone AND NOT :complete AND shared_m2 < :covered_share * least(parent_m2, child_m2)
"""
KEEP_LAND = """
    INSERT INTO delivery_overlap (delivery_id, layer, parent_key, child_key, kind, shared_m2)
    SELECT :id, :layer, parent_key, child_key, kind, shared_m2::numeric(20, 4)
    FROM pg_temp.shared_land
"""
TELL_PARENTS = """
    UPDATE pg_temp.difference AS d
    SET others = o.keys, kind = CASE WHEN o.split THEN 'SPLIT' ELSE d.kind END
    FROM (
        SELECT parent_key, array_agg(child_key ORDER BY child_key) AS keys, bool_or(kind = 'SPLIT') AS split
        FROM pg_temp.shared_land GROUP BY parent_key
    ) AS o
    WHERE d.row_key = o.parent_key AND d.kind IN ('GONE', 'RESHAPED')
"""
TELL_CHILDREN = """
    UPDATE pg_temp.difference AS d
    SET others = (SELECT array_agg(DISTINCT k ORDER BY k) FROM unnest(coalesce(d.others, '{}') || o.keys) AS k),
        kind = CASE WHEN o.merged THEN 'MERGED' ELSE d.kind END
    FROM (
        SELECT child_key, array_agg(parent_key ORDER BY parent_key) AS keys, bool_or(kind = 'MERGE') AS merged
        FROM pg_temp.shared_land GROUP BY child_key
    ) AS o
    WHERE d.row_key = o.child_key AND d.kind IN ('NEW', 'RESHAPED')
"""

KEEP = """
    INSERT INTO delivery_change
        (delivery_id, layer, row_key, kind, fields, before_m2, after_m2, moved_m, others)
    SELECT
        :id, :layer, row_key, kind, coalesce(fields, '{}'),
        coalesce(before_m2, ST_Area(before_geom::geography))::numeric(20, 4),
        coalesce(after_m2, ST_Area(after_geom::geography))::numeric(20, 4),
        moved_m::numeric(12, 3), coalesce(others, '{}')
    FROM (
        SELECT *, row_number() OVER (PARTITION BY kind ORDER BY row_key) AS place FROM pg_temp.difference
    ) AS d
    WHERE place <= :changes_kept
    ORDER BY kind, row_key
"""
COUNT = """
    INSERT INTO delivery_change_total (delivery_id, layer, kind, n, kept)
    SELECT :id, :layer, kind, count(*), least(count(*), :changes_kept) FROM pg_temp.difference GROUP BY kind
    UNION ALL
    SELECT :id, :layer, 'SAME', :staged - count(*), 0 FROM pg_temp.difference WHERE kind NOT IN ('GONE', 'SPLIT')
"""
KEEP_FIRST = """
    INSERT INTO delivery_change (delivery_id, layer, row_key, kind, after_m2)
    SELECT :id, :layer, {key}, 'NEW', {area}
    FROM staging.{layer} s
    JOIN unnest(CAST(:files AS bigint[]), CAST(:lasts AS bigint[])) AS f (file_id, last)
        ON s.file_id = f.file_id AND s.row_no <= f.last
    ORDER BY s.file_id, s.row_no
"""
