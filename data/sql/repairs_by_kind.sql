-- Repairs that are proposed for the rows of a delivery, by kind.
--
-- Parameters  :delivery_id
-- Returns     one row a kind: rows, how many of them are chosen, area before and after
SELECT
    r.kind,
    count(*) AS n,
    count(*) FILTER (WHERE r.chosen) AS chosen,
    sum(r.before_m2) AS before_m2,
    sum(r.after_m2) AS after_m2
FROM repair AS r
JOIN delivery_file AS f ON f.file_id = r.file_id
WHERE f.delivery_id = :delivery_id
GROUP BY r.kind
ORDER BY n DESC, r.kind
