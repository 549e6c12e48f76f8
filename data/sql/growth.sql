-- Built-up area per park and year of a run.
--
-- Parameters  :run_id, :park (null = every park)
-- Returns     one row a park and year, by park and year; areas in m2; division_code says whose rules judge the park
SELECT
    g.park_code, k.park_name, g.year, g.observed_on, g.boundary_version,
    g.builtup_m2, g.change_m2, g.growth_rate, g.target_met, k.approved_area_ha, k.division_code
FROM builtup_growth AS g
JOIN analysis_run AS r ON r.run_id = g.run_id
LEFT JOIN LATERAL (
    SELECT k.park_name, k.approved_area_ha, k.division_code
    FROM park AS k
    WHERE k.park_code = g.park_code AND k.known @> r.known_on
    ORDER BY (k.boundary_version = g.boundary_version) DESC, k.valid_from DESC NULLS LAST
    LIMIT 1
) AS k ON TRUE
WHERE g.run_id = :run_id AND (CAST(:park AS text) IS NULL OR g.park_code = :park)
ORDER BY g.park_code, g.year
