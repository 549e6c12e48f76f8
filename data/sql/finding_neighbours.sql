-- What lies around a finding, drawn as SVG paths in metres east and north of a point.
--
-- {layer} and {key} are filled in from the layers: the table, and the text of its key
-- Parameters  :delivery_id, :file_id, :row_no (may be null); :west, :south, :east, :north the box in degrees;
--             :lon, :lat the point; :kx, :ky metres a degree of longitude and latitude there
-- Returns     one row a shape that meets the box, cut to it: kind OWN (the row itself), STAGED (another row of the
--             delivery, staged or published since) or PUBLISHED (in force, from another delivery, and not in this
--             one under the same key)
-- Indexes     ix_staging_<layer>_file_id, ix_<layer>_geom
WITH box AS (SELECT st_makeenvelope(:west, :south, :east, :north, 4490) AS geom),
delivered AS (
    SELECT {key} AS row_key, v.file_id, v.row_no, v.geom
    FROM staging.{layer} AS v
    JOIN delivery_file AS f ON f.file_id = v.file_id
    WHERE f.delivery_id = :delivery_id
),
around AS (
    SELECT
        CASE WHEN d.file_id = :file_id AND d.row_no = :row_no THEN 'OWN' ELSE 'STAGED' END AS kind,
        d.row_key, d.geom
    FROM delivered AS d, box
    WHERE d.geom && box.geom
    UNION ALL
    SELECT
        CASE
            WHEN v.file_id = :file_id AND v.row_no = :row_no THEN 'OWN'
            WHEN v.file_id IN (SELECT f.file_id FROM delivery_file AS f WHERE f.delivery_id = :delivery_id) THEN 'STAGED'
            ELSE 'PUBLISHED'
        END,
        {key}, v.geom
    FROM {layer} AS v, box
    WHERE upper_inf(v.known) AND v.geom && box.geom
        AND NOT EXISTS (SELECT FROM delivered AS d WHERE d.row_key = {key})
)
SELECT
    a.kind, a.row_key,
    st_assvg(st_affine(c.geom, :kx, 0, 0, :ky, -:lon * :kx, -:lat * :ky), 0, 2) AS path,
    (st_x(c.label) - :lon) * :kx AS label_x,
    (:lat - st_y(c.label)) * :ky AS label_y,
    sqrt(st_area(c.geom) * :kx * :ky) AS side_m
FROM around AS a
CROSS JOIN LATERAL (
    SELECT g.geom, st_pointonsurface(g.geom) AS label
    FROM (SELECT st_intersection(a.geom, box.geom) AS geom FROM box) AS g
) AS c
WHERE NOT st_isempty(c.geom)
ORDER BY a.kind DESC, a.row_key
LIMIT 300
