-- The box around the parcels of a run, in degrees.
--
-- Parameters  :run_id, :park (null = every park)
-- Returns     one row: west, south, east, north; nulls without parcels
SELECT st_xmin(e.box) AS west, st_ymin(e.box) AS south, st_xmax(e.box) AS east, st_ymax(e.box) AS north
FROM (
    SELECT st_extent(p.geom) AS box
    FROM idle_verdict AS v
    JOIN parcel AS p ON p.version_id = v.version_id
    WHERE v.run_id = :run_id AND (CAST(:park AS text) IS NULL OR v.park_code = :park)
) AS e
