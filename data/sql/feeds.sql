-- When something was last delivered for each layer: published, or the same as what is published.
--
-- Parameters  none
-- Returns     layer, last_on (day in China on which it came); corrections are no delivery, what was withdrawn
--             does not count
-- Indexes     ix_delivery_file_delivery_id
SELECT f.layer, CAST(max(d.received_at) AT TIME ZONE 'Asia/Shanghai' AS date) AS last_on
FROM delivery AS d
JOIN delivery_file AS f
    ON f.delivery_id = coalesce(CAST(d.options ->> 'duplicate_of' AS bigint), d.delivery_id)
WHERE d.status IN ('PUBLISHED', 'DUPLICATE') AND f.layer IS NOT NULL AND f.blocked_by = '{}'
    AND NOT d.options ? 'correction'
GROUP BY f.layer
ORDER BY f.layer
