-- A point in degrees of CGCS2000 as metres of a zone.
--
-- Parameters  :lon, :lat; :epsg the zone
-- Returns     one row: x east, y north
SELECT st_x(g.point) AS x, st_y(g.point) AS y
FROM (
    SELECT st_transform(st_setsrid(st_makepoint(:lon, :lat), 4490), CAST(:epsg AS integer)) AS point
) AS g
