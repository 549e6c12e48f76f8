-- Findings of one delivery, counted by code, the gravest first.
--
-- Parameters  :delivery_id
SELECT code, severity, layer, count(*) AS n
FROM issue
WHERE delivery_id = :delivery_id
GROUP BY code, severity, layer
ORDER BY array_position(ARRAY['BLOCKS', 'REJECTS', 'WARNS', 'INFORMS'], severity), code, layer
