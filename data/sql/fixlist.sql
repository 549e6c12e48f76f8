-- What a supplier is asked to mend: the findings of one delivery that say more than "nothing to do".
--
-- Parameters  :delivery_id
-- Returns     one row a finding, the gravest first; lon and lat in degrees of EPSG:4490, crs of the file
-- Indexes     ix_issue_delivery_id_code
SELECT
    i.issue_id, i.file_id, f.path AS file, f.crs, i.layer, i.row_no, i.supplier_key, i.field, i.value, i.code,
    i.severity, i.params, ST_X(i.point) AS lon, ST_Y(i.point) AS lat
FROM issue AS i
LEFT JOIN delivery_file AS f ON f.file_id = i.file_id
WHERE i.delivery_id = :delivery_id
    AND (i.severity <> 'INFORMS' OR i.code = 'CORRECTION_APPLIED')
ORDER BY
    array_position(ARRAY['BLOCKS', 'REJECTS', 'WARNS', 'INFORMS'], i.severity), f.file_id, i.row_no, i.issue_id
