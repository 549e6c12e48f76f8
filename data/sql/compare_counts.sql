-- How many parcels went from which verdict to which between two runs; unchanged ones with them.
--
-- Parameters  :before_run, :after_run; :park (null = any)
-- Returns     before_verdict, after_verdict (null where the run has no such parcel), same (verdict and band), n
-- Indexes     ix_idle_verdict_run_id_verdict
SELECT
    b.verdict AS before_verdict, a.verdict AS after_verdict,
    (a.verdict, a.band) IS NOT DISTINCT FROM (b.verdict, b.band) AS same,
    count(*) AS n
FROM (
    SELECT v.entity_id, v.verdict, v.band
    FROM idle_verdict AS v
    WHERE v.run_id = :before_run AND (CAST(:park AS text) IS NULL OR v.park_code = :park)
) AS b
FULL JOIN (
    SELECT v.entity_id, v.verdict, v.band
    FROM idle_verdict AS v
    WHERE v.run_id = :after_run AND (CAST(:park AS text) IS NULL OR v.park_code = :park)
) AS a ON a.entity_id = b.entity_id
GROUP BY 1, 2, 3
ORDER BY 1 NULLS FIRST, 2 NULLS LAST, 3
