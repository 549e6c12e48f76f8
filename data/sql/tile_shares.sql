-- Parcels of each park that fit the filter, and the share of their area that is suspected idle.
--
-- Parameters  run_id, verdicts, statuses, and the filter, as in tile.sql
-- Returns     one row a park: park_code, n, idle_share (0 to 1, of the drawn area)
-- Indexes     pk_idle_verdict, pk_parcel
WITH shown AS (
    SELECT s.verdict, s.status
    FROM unnest(CAST(:verdicts AS text[]), CAST(:statuses AS text[])) AS s(verdict, status)
    WHERE CAST(:status AS text[]) IS NULL OR s.status = ANY(CAST(:status AS text[]))
),
matching AS (
    SELECT v.park_code, p.drawn_area_m2, shown.status
    FROM parcel AS p
    JOIN idle_verdict AS v
        ON v.run_id = :run_id AND v.version_id = p.version_id
    JOIN shown ON shown.verdict = v.verdict
    WHERE
        (CAST(:park AS text) IS NULL OR v.park_code = :park)
        AND (CAST(:verdict AS text[]) IS NULL OR v.verdict = ANY(CAST(:verdict AS text[])))
        AND (CAST(:holder AS text) IS NULL OR strpos(p.holder, :holder) > 0)
        AND (
            CAST(:q AS text) IS NULL
            OR strpos(lower(concat_ws(' ', p.parcel_code, p.holder, p.location, p.supervision_no)), lower(:q)) > 0
        )
        AND (CAST(:area_min AS numeric) IS NULL OR p.registered_area_m2 >= :area_min)
        AND (CAST(:area_max AS numeric) IS NULL OR p.registered_area_m2 <= :area_max)
)
SELECT
    m.park_code,
    count(*) AS n,
    CAST(round(
        coalesce(sum(m.drawn_area_m2) FILTER (WHERE m.status = 'suspected'), 0) / nullif(sum(m.drawn_area_m2), 0), 4
    ) AS double precision) AS idle_share
FROM matching AS m
WHERE m.park_code IS NOT NULL
GROUP BY m.park_code
ORDER BY m.park_code
