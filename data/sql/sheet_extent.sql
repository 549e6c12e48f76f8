-- The box around chosen parcels of a run, in a coordinate system.
--
-- Parameters  :run_id; :codes the parcels; :epsg the system
-- Returns     one row: west, south, east, north; nulls without parcels
SELECT st_xmin(e.box) AS west, st_ymin(e.box) AS south, st_xmax(e.box) AS east, st_ymax(e.box) AS north
FROM (
    SELECT st_extent(st_transform(p.geom, CAST(:epsg AS integer))) AS box
    FROM idle_verdict AS v
    JOIN parcel AS p ON p.version_id = v.version_id
    WHERE v.run_id = :run_id AND v.parcel_code = ANY(CAST(:codes AS text []))
) AS e
