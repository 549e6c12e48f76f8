-- The park boundaries in the frame of a printed map, drawn in millimetres of paper from its upper left corner.
--
-- Parameters  as sheet_parcels.sql
-- Returns     one row a park that meets the frame
-- Indexes     ix_park_geom
SELECT
    k.park_code,
    st_assvg(
        st_affine(
            st_transform(st_boundary(k.geom), CAST(:epsg AS integer)), :mm, 0, 0, :mm, -:west * :mm, -:north * :mm
        ), 0, 2
    ) AS path
FROM analysis_run AS r
JOIN park AS k ON k.known @> r.known_on
CROSS JOIN LATERAL (
    SELECT
        st_envelope(
            st_transform(
                st_segmentize(
                    st_makeenvelope(:west, :south, :east, :north, CAST(:epsg AS integer)), (:east - :west) / 20
                ), 4490
            )
        ) AS box
) AS f
WHERE r.run_id = :run_id AND k.geom && f.box
