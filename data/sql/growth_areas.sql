-- The built-up land of each park and year of a run as one shape: what the areas of the year were measured on.
--
-- Parameters  :run_id, :park (null = every park)
-- Returns     one row a park and year of builtup_growth; shape (WKB, degrees): the patches of the day of
--             observation, united and cut to the boundary that the year was measured on
-- Indexes     ix_builtup_geom, ix_builtup_observed_on
SELECT
    g.park_code, g.year, g.observed_on, g.boundary_version, g.builtup_m2, g.change_m2, g.growth_rate, g.target_met,
    ST_AsBinary(ST_Multi(ST_CollectionExtract(ST_Intersection(s.shape, k.geom), 3))) AS shape
FROM builtup_growth AS g
JOIN analysis_run AS r ON r.run_id = g.run_id
CROSS JOIN LATERAL (
    SELECT k.geom
    FROM park AS k
    WHERE k.park_code = g.park_code AND k.known @> r.known_on
    ORDER BY (k.boundary_version IS NOT DISTINCT FROM g.boundary_version) DESC, k.valid_from DESC NULLS LAST
    LIMIT 1
) AS k
CROSS JOIN LATERAL (
    SELECT ST_Union(b.geom) AS shape
    FROM builtup AS b
    WHERE b.observed_on = g.observed_on AND b.known @> r.known_on AND ST_Intersects(b.geom, k.geom)
) AS s
WHERE g.run_id = :run_id AND (CAST(:park AS text) IS NULL OR g.park_code = :park)
ORDER BY g.park_code COLLATE "C", g.year
