-- Findings on one layer that are still open: in published deliveries, on rows that are the current ones, on rejected
-- rows whose key has not come right since, and about whole files while no later delivery of that supplier is published.
--
-- {layer} and {key} are filled in from the layers: the table, and the text of its key (NULL where it has none)
-- Parameters  none
-- Indexes     ix_issue_delivery_id_code, ix_<layer>_file_id, ix_park_geom
SELECT
    i.issue_id, i.delivery_id, i.file_id, i.layer, i.row_no, i.supplier_key, i.field, i.value, i.code, i.severity,
    i.params, coalesce(d.supplier, '') AS supplier, coalesce(k.park_code, '') AS park_code
FROM issue AS i
JOIN delivery AS d ON d.delivery_id = i.delivery_id AND d.status = 'PUBLISHED'
LEFT JOIN LATERAL (
    SELECT p.park_code
    FROM park AS p
    WHERE upper_inf(p.known) AND st_covers(p.geom, i.point)
    ORDER BY p.park_code
    LIMIT 1
) AS k ON true
WHERE i.layer = '{layer}' AND i.severity IN ('REJECTS', 'WARNS')
    AND (
        (
            i.row_no IS NOT NULL AND i.severity = 'WARNS' AND EXISTS (
                SELECT FROM {layer} AS v
                WHERE v.file_id = i.file_id AND v.row_no = i.row_no AND upper_inf(v.known)
            )
        )
        OR (
            i.row_no IS NOT NULL AND i.severity = 'REJECTS' AND NOT EXISTS (
                SELECT FROM {layer} AS v
                JOIN delivery_file AS f ON f.file_id = v.file_id
                WHERE {key} = i.supplier_key AND upper_inf(v.known) AND f.delivery_id >= i.delivery_id
            )
        )
        OR (
            i.row_no IS NULL AND NOT EXISTS (
                SELECT FROM delivery AS later
                JOIN delivery_file AS f ON f.delivery_id = later.delivery_id AND f.layer = i.layer
                WHERE later.status = 'PUBLISHED' AND later.delivery_id > d.delivery_id
                    AND later.supplier IS NOT DISTINCT FROM d.supplier
            )
        )
    )
