-- Where a row of a delivery lies over others, drawn as one SVG path in metres east and north of a point.
--
-- Parameters  as finding_neighbours.sql
-- Returns     one row: path (null where nothing overlaps)
WITH own AS (
    SELECT geom FROM staging.{layer} WHERE file_id = :file_id AND row_no = :row_no
    UNION ALL
    SELECT geom FROM {layer} WHERE file_id = :file_id AND row_no = :row_no AND upper_inf(known)
    LIMIT 1
),
others AS (
    SELECT v.geom
    FROM staging.{layer} AS v
    JOIN delivery_file AS f ON f.file_id = v.file_id
    JOIN own ON v.geom && own.geom
    WHERE f.delivery_id = :delivery_id AND NOT (v.file_id = :file_id AND v.row_no = :row_no)
    UNION ALL
    SELECT v.geom
    FROM {layer} AS v
    JOIN own ON v.geom && own.geom
    WHERE upper_inf(v.known) AND NOT (v.file_id = :file_id AND v.row_no = :row_no)
        AND NOT EXISTS (
            SELECT FROM staging.{layer} AS d
            JOIN delivery_file AS f ON f.file_id = d.file_id
            WHERE f.delivery_id = :delivery_id AND {staged_key} = {key}
        )
    LIMIT 40
)
SELECT
    st_assvg(
        st_affine(
            st_union(st_collectionextract(st_intersection(st_makevalid(o.geom), st_makevalid(own.geom)), 3)),
            :kx, 0, 0, :ky, -:lon * :kx, -:lat * :ky
        ), 0, 2
    ) AS path
FROM others AS o, own
