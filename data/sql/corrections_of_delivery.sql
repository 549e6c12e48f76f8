-- What became of the corrections in one delivery.
--
-- Parameters  :delivery_id
-- Indexes     ix_correction_use_delivery_id
SELECT
    c.correction_id, c.layer, c.row_key, c.field, c.old_value, c.new_value, c.reason, c.person,
    u.outcome, u.found_value
FROM correction_use AS u
JOIN correction AS c ON c.correction_id = u.correction_id
WHERE u.delivery_id = :delivery_id
ORDER BY array_position(ARRAY['SOURCE_CHANGED', 'MENDED', 'APPLIED', 'ROW_MISSING'], u.outcome), c.correction_id
