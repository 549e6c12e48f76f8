-- Deliveries, the newest first.
--
-- Parameters  :limit, :offset  page
-- Returns     one row a delivery: rows read, accepted and rejected over its files, findings by severity
SELECT
    d.delivery_id,
    d.received_at,
    d.received_by,
    d.supplier,
    d.paths,
    d.status,
    coalesce(f.files, 0) AS files,
    coalesce(f.rows_read, 0) AS rows_read,
    coalesce(f.rows_accepted, 0) AS rows_accepted,
    coalesce(f.rows_rejected, 0) AS rows_rejected,
    coalesce(i.by_severity, '{}') AS issues
FROM delivery AS d
LEFT JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE layer IS NOT NULL) AS files,
        sum(rows_read) AS rows_read,
        sum(rows_accepted) AS rows_accepted,
        sum(rows_rejected) AS rows_rejected
    FROM delivery_file
    WHERE delivery_id = d.delivery_id
) AS f ON true
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(severity, n) AS by_severity
    FROM (SELECT severity, count(*) AS n FROM issue WHERE delivery_id = d.delivery_id GROUP BY severity) AS c
) AS i ON true
ORDER BY d.delivery_id DESC
LIMIT :limit OFFSET :offset
