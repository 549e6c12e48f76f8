-- How many parcels can't be decided, which the list does not hold.
--
-- Parameters  :run_id; :park (null = all)
-- Returns     one row: the number
-- Indexes     ix_idle_verdict_run_id_verdict
SELECT count(*) AS n
FROM idle_verdict AS v
WHERE
    v.run_id = :run_id AND v.verdict = 'UNDETERMINED' AND (CAST(:park AS text) IS NULL OR v.park_code = :park)
