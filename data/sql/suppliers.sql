-- Suppliers that have delivered before, the latest first.
--
-- Parameters  :limit
SELECT supplier, max(delivery_id) AS newest
FROM delivery
WHERE supplier IS NOT NULL AND supplier <> ''
GROUP BY supplier
ORDER BY newest DESC
LIMIT :limit
