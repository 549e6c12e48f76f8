-- The parcels around one, drawn as SVG paths in metres east and north of a point.
--
-- Parameters  :run_id; :west, :south, :east, :north the box in degrees;
--             :lon, :lat the point; :kx, :ky metres a degree of longitude and latitude there
-- Returns     one row a parcel that meets the box, cut to it
-- Indexes     ix_parcel_geom
SELECT
    v.parcel_code, v.entity_id, v.verdict,
    st_assvg(
        st_affine(c.geom, :kx, 0, 0, :ky, -:lon * :kx, -:lat * :ky), 0, 1
    ) AS path,
    (st_x(c.label) - :lon) * :kx AS label_x,
    (:lat - st_y(c.label)) * :ky AS label_y,
    sqrt(st_area(c.geom) * :kx * :ky) AS side_m
FROM parcel AS p
JOIN idle_verdict AS v ON v.version_id = p.version_id AND v.run_id = :run_id
CROSS JOIN LATERAL (
    SELECT g.geom, st_pointonsurface(g.geom) AS label
    FROM (
        SELECT st_intersection(
            p.geom, st_makeenvelope(:west, :south, :east, :north, 4490)
        ) AS geom
    ) AS g
) AS c
WHERE p.geom && st_makeenvelope(:west, :south, :east, :north, 4490)
    AND NOT st_isempty(c.geom)
ORDER BY v.parcel_code
LIMIT 400
