-- Parcels whose idle-land verdict differs between two runs, those first that came under suspicion or left it.
--
-- Parameters  :before_run, :after_run; :park (null = any); :limit, :offset  page
-- Returns     parcel_code, entity_id, park_code, holder, area_m2 (of the later run, else of the earlier),
--             before_verdict, before_band, after_verdict, after_band (null where the run has no such parcel)
-- Indexes     ix_idle_verdict_run_id_verdict
WITH before_run AS (
    SELECT v.entity_id, v.parcel_code, v.park_code, v.version_id, v.verdict, v.band
    FROM idle_verdict AS v
    WHERE v.run_id = :before_run AND (CAST(:park AS text) IS NULL OR v.park_code = :park)
),
after_run AS (
    SELECT v.entity_id, v.parcel_code, v.park_code, v.version_id, v.verdict, v.band
    FROM idle_verdict AS v
    WHERE v.run_id = :after_run AND (CAST(:park AS text) IS NULL OR v.park_code = :park)
),
differing AS (
    SELECT
        coalesce(a.entity_id, b.entity_id) AS entity_id,
        coalesce(a.parcel_code, b.parcel_code) AS parcel_code,
        coalesce(a.park_code, b.park_code) AS park_code,
        coalesce(a.version_id, b.version_id) AS version_id,
        b.verdict AS before_verdict, b.band AS before_band,
        a.verdict AS after_verdict, a.band AS after_band
    FROM before_run AS b
    FULL JOIN after_run AS a ON a.entity_id = b.entity_id
    WHERE (a.verdict, a.band) IS DISTINCT FROM (b.verdict, b.band)
)
SELECT
    d.parcel_code, d.entity_id, d.park_code, p.holder,
    coalesce(p.registered_area_m2, p.drawn_area_m2) AS area_m2,
    d.before_verdict, d.before_band, d.after_verdict, d.after_band
FROM differing AS d
JOIN parcel AS p ON p.version_id = d.version_id
ORDER BY
    coalesce(d.after_verdict IN ('IDLE_NOT_COMMENCED', 'MAY_BE_IDLE'), FALSE)
    OR coalesce(d.before_verdict IN ('IDLE_NOT_COMMENCED', 'MAY_BE_IDLE'), FALSE) DESC,
    d.parcel_code
LIMIT :limit OFFSET :offset
