-- The files of one delivery, in the order in which they were read; layer is null for what is no layer.
--
-- Parameters  :delivery_id
SELECT file_id, path, layer, crs, crs_source, encoding, rows_read, rows_accepted, rows_rejected, blocked_by
FROM delivery_file
WHERE delivery_id = :delivery_id
ORDER BY file_id
