-- The box around all parks in force, in degrees; null where there is none.
--
-- Parameters  none
SELECT st_xmin(e.box) AS west, st_ymin(e.box) AS south, st_xmax(e.box) AS east, st_ymax(e.box) AS north
FROM (SELECT st_extent(geom) AS box FROM park WHERE upper_inf(known)) AS e
