-- Fill the park boundaries of the public edition: the newest of each park, drawn on a coarse grid.
--
-- Parameters  :grid degrees between the lines of the grid
INSERT INTO public_park (park_code, park_name, geom)
SELECT thin.park_code, thin.park_name, st_multi(st_collectionextract(thin.geom, 3))
FROM (
    SELECT DISTINCT ON (k.park_code) k.park_code, k.park_name, st_reduceprecision(k.geom, :grid) AS geom
    FROM park AS k
    WHERE upper_inf(k.known)
    ORDER BY k.park_code, k.valid_from DESC NULLS LAST, k.boundary_version DESC
) AS thin
WHERE NOT st_isempty(st_collectionextract(thin.geom, 3))
