-- How many differences a delivery has, by layer and kind; exact, whatever was listed.
--
-- Parameters  :delivery_id
-- Returns     layer, kind (SAME: published as delivered), n, kept (listed in delivery_change)
-- Indexes     pk_delivery_change_total
SELECT layer, kind, n, kept
FROM delivery_change_total
WHERE delivery_id = :delivery_id
ORDER BY
    layer,
    array_position(ARRAY['NEW', 'CHANGED', 'MOVED', 'RESHAPED', 'SPLIT', 'MERGED', 'GONE', 'SAME'], kind)
