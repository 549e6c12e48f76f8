-- The box around the row that a finding is about: its shape before a repair, else as staged, else as published.
--
-- Parameters  :file_id, :row_no
-- Returns     west, south, east, north (null where the row has no shape); path_before, path_after are made elsewhere
SELECT st_xmin(e.box) AS west, st_ymin(e.box) AS south, st_xmax(e.box) AS east, st_ymax(e.box) AS north
FROM (
    SELECT st_extent(g.geom) AS box
    FROM (
        SELECT coalesce(before_geom, after_geom) AS geom FROM repair WHERE file_id = :file_id AND row_no = :row_no
        UNION ALL
        SELECT geom FROM staging.{layer} WHERE file_id = :file_id AND row_no = :row_no
        UNION ALL
        SELECT geom FROM {layer} WHERE file_id = :file_id AND row_no = :row_no AND upper_inf(known)
    ) AS g
) AS e
