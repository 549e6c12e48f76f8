-- End the patches of one day of observation that a delivery replaces.
--
-- Parameters  :files  bigint[]      staged files of the delivery
--             :park   text or NULL  the park that the delivery is declared to cover
--             :pub    bigint        the publication;  :now  its time
--             {layer} is the table: builtup or land_state
-- Effect      Ends current patches of the delivered days that the delivery does not repeat and
--             that lie (by a point inside them) in a delivered park; outside all delivered parks,
--             those that a delivered patch covers or lies in.
-- Indexes     ix_builtup_observed_on, ix_builtup_geom, ix_park_geom, ix_staging_builtup_file_id
WITH delivered AS MATERIALIZED (
    SELECT observed_on, geom, ST_PointOnSurface(geom) AS inside, content_hash
    FROM staging.{layer}
    WHERE file_id = ANY(:files)
),
boundary AS MATERIALIZED (
    SELECT DISTINCT ON (park_code) park_code, geom
    FROM park
    WHERE upper_inf(known)
    ORDER BY park_code, valid_from DESC NULLS LAST, boundary_version DESC
),
covered AS MATERIALIZED (
    SELECT DISTINCT ON (d.observed_on, b.park_code) d.observed_on, b.geom
    FROM boundary AS b
    JOIN delivered AS d ON
        b.park_code = CAST(:park AS text)
        OR (CAST(:park AS text) IS NULL AND b.geom && d.inside AND ST_Intersects(b.geom, d.inside))
),
earlier AS MATERIALIZED (
    SELECT p.version_id, p.observed_on, p.geom, ST_PointOnSurface(p.geom) AS inside
    FROM {layer} AS p
    WHERE upper_inf(p.known)
        AND p.observed_on IN (SELECT observed_on FROM delivered)
        AND p.content_hash NOT IN (SELECT content_hash FROM delivered)
),
replaced AS (
    SELECT e.version_id
    FROM earlier AS e
    JOIN covered AS c ON c.observed_on = e.observed_on AND c.geom && e.inside AND ST_Intersects(c.geom, e.inside)
    UNION
    SELECT e.version_id
    FROM earlier AS e
    JOIN delivered AS d ON d.observed_on = e.observed_on AND d.geom && e.geom
        AND (ST_Intersects(d.geom, e.inside) OR ST_Intersects(e.geom, d.inside))
    WHERE CAST(:park AS text) IS NULL
)
UPDATE {layer} AS p
SET known = tstzrange(lower(p.known), :now), ended_by = :pub, end_reason = 'REPLACED'
FROM replaced
WHERE p.version_id = replaced.version_id
