-- Which of some parcels came into being after a time: out of others, or newly.
--
-- Parameters  :codes; :since (when the list before was frozen)
-- Returns     parcel_code, how (SPLIT, NEW)
-- Indexes     uq_parcel_current, ix_parcel_entity_id, ix_lineage_child_entity_id
SELECT
    p.parcel_code,
    CASE WHEN EXISTS (
        SELECT FROM lineage AS l WHERE l.layer = 'parcel' AND l.child_entity_id = p.entity_id
    ) THEN 'SPLIT' ELSE 'NEW' END AS how
FROM parcel AS p
WHERE p.parcel_code = ANY(:codes)
GROUP BY p.parcel_code, p.entity_id
HAVING min(lower(p.known)) > :since
