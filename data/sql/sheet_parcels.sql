-- The parcels of a run in the frame of a printed map, drawn in millimetres of paper from its upper left corner.
--
-- Parameters  :run_id; :epsg the zone; :west, :south, :east, :north the frame in its metres;
--             :mm millimetres of paper a metre; :codes the parcels that the sheet is about; :limit
-- Returns     one row a parcel that meets the frame; label_x, label_y, side_mm of the part within it
-- Indexes     ix_parcel_geom
WITH frame AS (
    SELECT st_makeenvelope(:west, :south, :east, :north, CAST(:epsg AS integer)) AS box
),

near AS (
    SELECT
        p.version_id, p.holder, p.location, coalesce(p.registered_area_m2, p.drawn_area_m2) AS area_m2,
        st_transform(p.geom, CAST(:epsg AS integer)) AS geom
    FROM parcel AS p
    CROSS JOIN frame AS f
    WHERE p.geom && st_envelope(st_transform(st_segmentize(f.box, (:east - :west) / 20), 4490))
)

SELECT
    v.parcel_code, v.entity_id, v.park_code, v.verdict, v.band, v.limbs, v.cause, v.missing, v.article, v.idle_from,
    v.days, n.holder, n.location, n.area_m2,
    v.parcel_code = ANY(CAST(:codes AS text [])) AS chosen,
    st_assvg(st_affine(n.geom, :mm, 0, 0, :mm, -:west * :mm, -:north * :mm), 0, 3) AS path,
    (st_x(c.label) - :west) * :mm AS label_x,
    (:north - st_y(c.label)) * :mm AS label_y,
    sqrt(st_area(c.inner_part)) * :mm AS side_mm
FROM near AS n
JOIN idle_verdict AS v ON v.version_id = n.version_id AND v.run_id = :run_id
CROSS JOIN frame AS f
CROSS JOIN LATERAL (
    SELECT g.inner_part, st_pointonsurface(g.inner_part) AS label
    FROM (SELECT st_intersection(n.geom, f.box) AS inner_part) AS g
) AS c
WHERE st_area(c.inner_part) > 0
ORDER BY v.parcel_code
LIMIT :limit
