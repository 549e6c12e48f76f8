-- Findings of one delivery, the gravest first, then by file and row.
--
-- Parameters  :delivery_id, :code, :severity, :layer (each may be null), :limit, :offset
-- Indexes     ix_issue_delivery_id_code
SELECT
    i.issue_id,
    f.path AS file,
    i.layer,
    i.row_no,
    i.supplier_key,
    i.field,
    i.value,
    i.code,
    i.severity,
    i.params,
    ST_X(i.point) AS lon,
    ST_Y(i.point) AS lat
FROM issue AS i
LEFT JOIN delivery_file AS f ON f.file_id = i.file_id
WHERE i.delivery_id = :delivery_id
    AND (CAST(:code AS text) IS NULL OR i.code = :code)
    AND (CAST(:severity AS text) IS NULL OR i.severity = :severity)
    AND (CAST(:layer AS text) IS NULL OR i.layer = :layer)
ORDER BY array_position(ARRAY['BLOCKS', 'REJECTS', 'WARNS', 'INFORMS'], i.severity), f.file_id, i.row_no, i.issue_id
LIMIT :limit OFFSET :offset
