-- Land that a survey finds still available, cut by the parks it lies in: of each park the newest survey counts.
--
-- Parameters  :codes supply states that count as available
-- Indexes     ix_land_state_geom
WITH boundary AS (
    SELECT DISTINCT ON (k.park_code) k.park_code, k.park_name, k.geom
    FROM park AS k
    WHERE upper_inf(k.known)
    ORDER BY k.park_code, k.valid_from DESC NULLS LAST, k.boundary_version DESC
),
newest AS (
    SELECT b.park_code, max(s.observed_on) AS observed_on
    FROM boundary AS b
    INNER JOIN land_state AS s ON s.geom && b.geom AND st_intersects(s.geom, b.geom) AND upper_inf(s.known)
    GROUP BY b.park_code
)
SELECT
    b.park_code, b.park_name, s.supply_state, s.observed_on,
    st_asbinary(st_collectionextract(st_intersection(s.geom, b.geom), 3)) AS shape
FROM boundary AS b
INNER JOIN newest AS n ON n.park_code = b.park_code
INNER JOIN land_state AS s
    ON s.geom && b.geom AND st_intersects(s.geom, b.geom) AND upper_inf(s.known) AND s.observed_on = n.observed_on
WHERE s.supply_state = ANY(:codes)
ORDER BY b.park_code, s.supply_state, s.version_id
