-- Land that a survey finds still available, cut by the parks it lies in: of each park the newest survey counts.
--
-- Parameters  :codes supply states that count as available
-- Indexes     ix_land_state_geom
WITH boundary AS MATERIALIZED (
    SELECT DISTINCT ON (k.park_code) k.park_code, k.park_name, k.geom
    FROM park AS k
    WHERE upper_inf(k.known)
    ORDER BY k.park_code, k.valid_from DESC NULLS LAST, k.boundary_version DESC
)
SELECT
    b.park_code, b.park_name, found.supply_state, found.observed_on,
    st_asbinary(
        CASE
            WHEN found.whole THEN found.geom
            ELSE st_collectionextract(st_intersection(found.geom, b.geom), 3)
        END
    ) AS shape
FROM boundary AS b
CROSS JOIN LATERAL (
    SELECT max(s.observed_on) AS observed_on
    FROM land_state AS s
    WHERE upper_inf(s.known) AND s.geom && b.geom AND st_intersects(b.geom, s.geom)
) AS newest
CROSS JOIN LATERAL (
    SELECT s.version_id, s.supply_state, s.observed_on, s.geom, st_covers(b.geom, s.geom) AS whole
    FROM land_state AS s
    WHERE upper_inf(s.known) AND s.geom && b.geom AND st_intersects(b.geom, s.geom)
        AND s.observed_on = newest.observed_on AND s.supply_state = ANY(:codes)
) AS found
ORDER BY b.park_code, found.supply_state, found.version_id
