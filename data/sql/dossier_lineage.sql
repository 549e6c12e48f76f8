-- What a parcel came out of and what came out of it, as known to a run, by any number of steps.
--
-- Parameters  :entity_id, :run_id
-- Returns     direction (from: what it came out of, into), kind (SPLIT, MERGE, ADJUST), entity_id, parcel_code
--             (the newest), shared_m2 (land that passed in that step), published_at, depth (steps away)
-- Indexes     ix_lineage_parent_entity_id, ix_lineage_child_entity_id, ix_parcel_entity_id
WITH RECURSIVE step AS (
    SELECT l.kind, l.parent_entity_id, l.child_entity_id, l.shared_m2, u.published_at
    FROM lineage AS l
    JOIN publication AS u ON u.publication_id = l.publication_id
    JOIN analysis_run AS r ON r.run_id = :run_id
    WHERE l.layer = 'parcel' AND u.published_at <= r.known_on
        AND NOT EXISTS (
            SELECT FROM publication AS w
            WHERE w.delivery_id = u.delivery_id AND w.action = 'WITHDRAW' AND w.published_at <= r.known_on
        )
),
walked AS (
    SELECT 'from' AS direction, kind, parent_entity_id AS entity_id, shared_m2, published_at, 1 AS depth
    FROM step WHERE child_entity_id = :entity_id
    UNION ALL
    SELECT 'into', kind, child_entity_id, shared_m2, published_at, 1
    FROM step WHERE parent_entity_id = :entity_id
    UNION ALL
    SELECT
        w.direction, s.kind, CASE w.direction WHEN 'from' THEN s.parent_entity_id ELSE s.child_entity_id END,
        s.shared_m2, s.published_at, w.depth + 1
    FROM walked AS w
    JOIN step AS s ON w.entity_id = CASE w.direction WHEN 'from' THEN s.child_entity_id ELSE s.parent_entity_id END
    WHERE w.depth < 10
)
SELECT DISTINCT ON (w.depth, w.direction, n.parcel_code, w.published_at)
    w.direction, w.kind, w.entity_id, n.parcel_code, w.shared_m2, w.published_at, w.depth
FROM walked AS w
JOIN LATERAL (
    SELECT parcel_code FROM parcel WHERE entity_id = w.entity_id ORDER BY version_id DESC LIMIT 1
) AS n ON TRUE
WHERE w.entity_id <> :entity_id
ORDER BY w.depth, w.direction, n.parcel_code, w.published_at
