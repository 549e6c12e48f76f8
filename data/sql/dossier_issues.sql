-- Findings of the checks on the rows of one parcel, in deliveries that are published.
--
-- Parameters  :parcel_code, :limit
-- Returns     one row a finding, the gravest first
SELECT i.code, i.severity, i.layer, i.row_no, i.field, i.value, i.params, f.path AS file_path
FROM issue AS i
JOIN delivery AS d ON d.delivery_id = i.delivery_id
LEFT JOIN delivery_file AS f ON f.file_id = i.file_id
WHERE d.status = 'PUBLISHED' AND i.supplier_key = :parcel_code
ORDER BY array_position(ARRAY['BLOCKS', 'REJECTS', 'WARNS', 'INFORMS'], i.severity), i.issue_id
LIMIT :limit
