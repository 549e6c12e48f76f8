-- Fill the parks of the public edition: the newest boundary of each, drawn on a coarse grid, and its newest survey.
--
-- Parameters  :grid degrees between the lines of the grid
-- Indexes     ix_land_state_geom
INSERT INTO public_park (park_code, park_name, surveyed_on, geom)
SELECT
    thin.park_code, thin.park_name,
    (
        SELECT max(s.observed_on)
        FROM land_state AS s
        WHERE upper_inf(s.known) AND s.geom && thin.exact AND st_intersects(s.geom, thin.exact)
    ),
    st_multi(st_collectionextract(thin.geom, 3))
FROM (
    SELECT DISTINCT ON (k.park_code)
        k.park_code, k.park_name, k.geom AS exact, st_reduceprecision(k.geom, :grid) AS geom
    FROM park AS k
    WHERE upper_inf(k.known)
    ORDER BY k.park_code, k.valid_from DESC NULLS LAST, k.boundary_version DESC
) AS thin
WHERE NOT st_isempty(st_collectionextract(thin.geom, 3))
