-- Parcels of each park that fit the filter, and the share of their area that is suspected idle.
--
-- Parameters  verdicts, statuses     which verdict shows as which status
-- Reads       matching   a table expression put before it, with park_code, drawn_area_m2 and verdict
-- Returns     one row: park_code, n, idle_share (0 to 1, of the drawn area) as arrays of equal length
WITH shown AS (
    SELECT s.verdict, s.status
    FROM unnest(CAST(:verdicts AS text[]), CAST(:statuses AS text[])) AS s(verdict, status)
),
share AS (
    SELECT
        m.park_code,
        count(*) AS n,
        CAST(round(
            coalesce(sum(m.drawn_area_m2) FILTER (WHERE shown.status = 'suspected'), 0)
            / nullif(sum(m.drawn_area_m2), 0), 4
        ) AS double precision) AS idle_share
    FROM matching AS m
    JOIN shown ON shown.verdict = m.verdict
    WHERE m.park_code IS NOT NULL
    GROUP BY m.park_code
)
SELECT json_build_object(
    'share_parks', coalesce(array_agg(park_code ORDER BY park_code), '{}'),
    'share_n', coalesce(array_agg(n ORDER BY park_code), '{}'),
    'share_idle', coalesce(array_agg(idle_share ORDER BY park_code), '{}')
)
FROM share
