-- One finding with its file and place.
--
-- Parameters  :delivery_id, :issue_id
SELECT
    i.issue_id, i.delivery_id, i.file_id, f.path AS file, i.layer, i.row_no, i.supplier_key, i.field, i.value, i.code,
    i.severity, i.params, ST_X(i.point) AS lon, ST_Y(i.point) AS lat
FROM issue AS i
LEFT JOIN delivery_file AS f ON f.file_id = i.file_id
WHERE i.delivery_id = :delivery_id AND i.issue_id = :issue_id
