-- The repair proposed for a row, before and after, drawn as SVG paths in metres east and north of a point.
--
-- Parameters  :file_id, :row_no, :lon, :lat, :kx, :ky
SELECT
    kind, chosen, before_m2, after_m2,
    st_assvg(st_affine(before_geom, :kx, 0, 0, :ky, -:lon * :kx, -:lat * :ky), 0, 2) AS path_before,
    st_assvg(st_affine(after_geom, :kx, 0, 0, :ky, -:lon * :kx, -:lat * :ky), 0, 2) AS path_after
FROM repair
WHERE file_id = :file_id AND row_no = :row_no
ORDER BY repair_id
