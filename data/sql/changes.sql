-- Differences of one delivery from what was published when it was checked, by layer, kind and key.
--
-- Parameters  :delivery_id; :layer, :kind (each may be null); :limit, :offset  page
-- Returns     row_key, kind, fields ({column: [before, after]}), before_m2, after_m2, moved_m,
--             others (keys of the parts of what was split, of the parts of what was merged)
-- Indexes     ix_delivery_change_delivery_id
SELECT layer, row_key, kind, fields, before_m2, after_m2, moved_m, others
FROM delivery_change
WHERE delivery_id = :delivery_id
    AND (CAST(:layer AS text) IS NULL OR layer = :layer)
    AND (CAST(:kind AS text) IS NULL OR kind = :kind)
ORDER BY
    layer,
    array_position(ARRAY['SPLIT', 'MERGED', 'GONE', 'NEW', 'RESHAPED', 'MOVED', 'CHANGED'], kind),
    change_id
LIMIT :limit OFFSET :offset
