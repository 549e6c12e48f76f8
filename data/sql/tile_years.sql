-- The years with built-up patches, as known to a run.
--
-- Parameters  run_id
-- Returns     one row a year, ascending
SELECT DISTINCT CAST(extract(year FROM b.observed_on) AS integer) AS year
FROM builtup AS b
JOIN analysis_run AS r ON r.run_id = :run_id AND b.known @> r.known_on AND b.observed_on <= r.as_of
ORDER BY year
