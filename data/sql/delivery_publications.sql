-- The publications of one delivery, and those that took them back.
--
-- Parameters  :delivery_id
SELECT publication_id, published_at, action, person, reason, changes
FROM publication
WHERE delivery_id = :delivery_id
ORDER BY publication_id
