-- The parks of a run: those with a boundary known to it, and those that its parcels name.
--
-- Parameters  :run_id
-- Returns     one row a park, by code: park_code, park_name (null without a boundary),
--             west, south, east, north (degrees; null without a boundary)
-- Indexes     uq_park_current, ix_idle_verdict_run_id_verdict
WITH run AS (
    SELECT r.run_id, r.known_on FROM analysis_run AS r WHERE r.run_id = :run_id
),
boundary AS (
    SELECT DISTINCT ON (k.park_code) k.park_code, k.park_name, k.geom
    FROM run
    JOIN park AS k ON k.known @> run.known_on
    ORDER BY k.park_code, k.valid_from DESC NULLS LAST, k.boundary_version DESC
),
named AS (
    SELECT DISTINCT v.park_code
    FROM run
    JOIN idle_verdict AS v ON v.run_id = run.run_id
    WHERE v.park_code IS NOT NULL
)
SELECT
    coalesce(b.park_code, n.park_code) AS park_code,
    b.park_name,
    st_xmin(b.geom) AS west, st_ymin(b.geom) AS south,
    st_xmax(b.geom) AS east, st_ymax(b.geom) AS north
FROM boundary AS b
FULL JOIN named AS n ON n.park_code = b.park_code
ORDER BY 1
