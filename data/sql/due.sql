-- What falls due up to a day: verdicts that worsen by time alone, and times to cure a shortfall that end.
--
-- Parameters  :run_id, :until; :park (null = any); :limit, :offset  page
-- Returns     on_day, matter (a verdict with its band, or CURE), parcel_code, contract_no (of CURE only), park_code,
--             n (all of them), the earliest first
-- Indexes     ix_idle_verdict_run_id_verdict
WITH due AS (
    SELECT
        v.next_due_on AS on_day, v.verdict || CASE WHEN v.band <> '' THEN '.' || v.band ELSE '' END AS matter,
        v.parcel_code, CAST(NULL AS text) AS contract_no, v.park_code
    FROM idle_verdict AS v
    WHERE v.run_id = :run_id AND v.next_due_on <= :until AND (CAST(:park AS text) IS NULL OR v.park_code = :park)
    UNION ALL
    SELECT DISTINCT t.cure_until, 'CURE', t.parcel_codes[1], t.contract_no, t.park_code
    FROM intensity_verdict AS t
    JOIN analysis_run AS r ON r.run_id = t.run_id
    WHERE
        t.run_id = :run_id AND t.verdict = 'SHORT' AND t.cure_until BETWEEN r.as_of AND :until
        AND (CAST(:park AS text) IS NULL OR t.park_code = :park)
)
SELECT due.on_day, due.matter, due.parcel_code, due.contract_no, due.park_code, count(*) OVER () AS n
FROM due
ORDER BY due.on_day, due.parcel_code, due.contract_no
LIMIT :limit OFFSET :offset
