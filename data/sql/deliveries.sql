-- Deliveries for a list, the newest first.
--
-- Parameters  :status, :supplier (each may be null), :limit, :offset
-- Returns     one row a delivery: rows read, accepted and rejected over its files, findings by severity, the newest
--             publication, and over all pages how many deliveries match
WITH matched AS (
    SELECT d.delivery_id, d.received_at, d.received_by, d.supplier, d.paths, d.status, count(*) OVER () AS n
    FROM delivery AS d
    WHERE (CAST(:status AS text) IS NULL OR d.status = :status)
        AND (CAST(:supplier AS text) IS NULL OR d.supplier = :supplier)
    ORDER BY d.delivery_id DESC
    LIMIT :limit OFFSET :offset
)
SELECT
    m.delivery_id, m.received_at, m.received_by, m.supplier, m.paths, m.status, m.n,
    coalesce(f.files, 0) AS files,
    coalesce(f.layers, '{}') AS layers,
    coalesce(f.rows_read, 0) AS rows_read,
    coalesce(f.rows_accepted, 0) AS rows_accepted,
    coalesce(f.rows_rejected, 0) AS rows_rejected,
    coalesce(i.by_severity, '{}') AS issues,
    p.publication_id, p.published_at, p.action
FROM matched AS m
LEFT JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE layer IS NOT NULL) AS files,
        array_agg(DISTINCT layer) FILTER (WHERE layer IS NOT NULL) AS layers,
        sum(rows_read) AS rows_read,
        sum(rows_accepted) AS rows_accepted,
        sum(rows_rejected) AS rows_rejected
    FROM delivery_file
    WHERE delivery_id = m.delivery_id
) AS f ON true
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(severity, c) AS by_severity
    FROM (SELECT severity, count(*) AS c FROM issue WHERE delivery_id = m.delivery_id GROUP BY severity) AS s
) AS i ON true
LEFT JOIN LATERAL (
    SELECT publication_id, published_at, action
    FROM publication
    WHERE delivery_id = m.delivery_id
    ORDER BY publication_id DESC
    LIMIT 1
) AS p ON true
ORDER BY m.delivery_id DESC
