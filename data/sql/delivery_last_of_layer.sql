-- How many rows and how much area a supplier's last delivery of a layer brought, before a given one.
--
-- Parameters  :id        the delivery that is being checked
--             :layer     the layer
--             :supplier  who sent it
--             :park      the park it is limited to, or null
-- Returns     no row, or one: delivery_id, rows, area_m2 (null where no file had shapes)
-- Indexes     ix_delivery_file_delivery_id
SELECT d.delivery_id, sum(f.rows_accepted) AS rows, sum(f.area_m2) AS area_m2
FROM delivery AS d
JOIN delivery_file AS f USING (delivery_id)
WHERE d.supplier = :supplier AND d.delivery_id < :id AND f.layer = :layer AND f.blocked_by = '{}'
    AND d.status IN ('STAGED', 'PUBLISHED', 'CHECKED', 'WITHDRAWN')
    AND (d.options ->> 'park') IS NOT DISTINCT FROM CAST(:park AS text)
GROUP BY d.delivery_id
ORDER BY d.delivery_id DESC
LIMIT 1
