-- The published versions of a parcel's row: what was changed when, by which delivery.
--
-- Parameters  :entity_id
-- Returns     one row a version, newest first
-- Indexes     ix_parcel_entity_id
SELECT
    p.version_id, lower(p.known) AS known_from, upper(p.known) AS known_to,
    p.holder, p.registered_area_m2, p.end_reason, p.published_by, u.delivery_id, d.supplier
FROM parcel AS p
LEFT JOIN publication AS u ON u.publication_id = p.published_by
LEFT JOIN delivery AS d ON d.delivery_id = u.delivery_id
WHERE p.entity_id = :entity_id
ORDER BY lower(p.known) DESC
