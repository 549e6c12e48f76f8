-- The park boundaries around a parcel, drawn as SVG paths in metres east and north of a point.
--
-- Parameters  as dossier_map.sql
-- Returns     one row a park that meets the box: outline within the box
-- Indexes     ix_park_geom
SELECT
    k.park_code,
    st_assvg(
        st_affine(
            st_intersection(st_boundary(k.geom), st_makeenvelope(:west, :south, :east, :north, 4490)),
            :kx, 0, 0, :ky, -:lon * :kx, -:lat * :ky
        ), 0, 1
    ) AS path
FROM analysis_run AS r
JOIN park AS k ON k.known @> r.known_on
WHERE r.run_id = :run_id AND k.geom && st_makeenvelope(:west, :south, :east, :north, 4490)
