-- One delivery.
--
-- Parameters  :delivery_id
SELECT delivery_id, received_at, received_by, supplier, paths, content_sha256, options, status
FROM delivery
WHERE delivery_id = :delivery_id
