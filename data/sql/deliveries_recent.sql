-- The newest deliveries with the rows that they brought.
--
-- Parameters  :limit
-- Returns     one row a delivery, newest first: rows read, accepted and rejected over all its files,
--             the layers, and the number of findings that reject or block
SELECT
    d.delivery_id, d.received_at, d.supplier, d.status, d.paths,
    coalesce(sum(f.rows_read), 0) AS rows_read,
    coalesce(sum(f.rows_accepted), 0) AS rows_accepted,
    coalesce(sum(f.rows_rejected), 0) AS rows_rejected,
    coalesce(array_agg(DISTINCT f.layer) FILTER (WHERE f.layer IS NOT NULL), '{}') AS layers
FROM delivery AS d
LEFT JOIN delivery_file AS f ON f.delivery_id = d.delivery_id
WHERE d.status <> 'DUPLICATE'
GROUP BY d.delivery_id
ORDER BY d.received_at DESC, d.delivery_id DESC
LIMIT :limit
