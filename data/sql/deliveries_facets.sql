-- How many deliveries there are by status.
--
-- Parameters  :supplier (may be null)
SELECT status, count(*) AS n
FROM delivery
WHERE CAST(:supplier AS text) IS NULL OR supplier = :supplier
GROUP BY status
