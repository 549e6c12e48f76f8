-- The boundaries of the parks in force and of a box, drawn as SVG paths in metres east and north of a point.
--
-- Parameters  :west, :south, :east, :north the box in degrees; :lon, :lat the point; :kx, :ky metres a degree there
-- Indexes     ix_park_geom
SELECT
    k.park_code, k.park_name,
    st_assvg(
        st_affine(
            st_intersection(st_boundary(k.geom), st_makeenvelope(:west, :south, :east, :north, 4490)),
            :kx, 0, 0, :ky, -:lon * :kx, -:lat * :ky
        ), 0, 1
    ) AS path
FROM park AS k
WHERE upper_inf(k.known) AND k.geom && st_makeenvelope(:west, :south, :east, :north, 4490)
ORDER BY k.park_code
