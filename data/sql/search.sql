-- Finds for the search box: parcels by a part of a number or address, holders, contracts, parks.
--
-- Where the numbers of today leave room, parcels are also found by a number that they had in an earlier
-- version, that a delivered column of old numbers holds, or that a parcel had out of which they came.
--
-- Parameters  :run_id, :like (pattern with escaped wildcards), :start (the same, at the beginning), :limit
-- Returns     kind (parcel, holder, contract, park), text, detail, parcel_code, entity_id, park_code,
--             verdict, n (parcels), lon, lat; parcels first, those that begin so before others
WITH hit AS (
    SELECT
        1 AS rank, 'parcel' AS kind, v.parcel_code AS text, coalesce(p.holder, p.location) AS detail,
        v.parcel_code, v.entity_id, v.park_code, v.verdict, 1 AS n,
        st_x(st_pointonsurface(p.geom)) AS lon, st_y(st_pointonsurface(p.geom)) AS lat,
        NOT (v.parcel_code COLLATE "C" ILIKE :start OR right(v.parcel_code, 7) COLLATE "C" ILIKE :start) AS later
    FROM idle_verdict AS v
    JOIN parcel AS p ON p.version_id = v.version_id
    WHERE v.run_id = :run_id
        AND (v.parcel_code COLLATE "C" ILIKE :like OR p.supervision_no COLLATE "C" ILIKE :like OR p.unit_code COLLATE "C" ILIKE :like
            OR p.location COLLATE "C" ILIKE :like)
    ORDER BY later, v.parcel_code
    LIMIT :limit
),
was_called AS (
    SELECT DISTINCT ON (p.entity_id) p.entity_id, n.number
    FROM parcel AS p
    CROSS JOIN LATERAL (
        VALUES
            (p.parcel_code), (p.supervision_no), (p.unit_code) /* delivered numbers */
    ) AS n (number)
    WHERE n.number COLLATE "C" ILIKE :like AND :like ~ '[0-9A-Za-z]' AND (SELECT count(*) FROM hit) < :limit
    ORDER BY p.entity_id, p.version_id DESC
),
came_out AS (
    WITH RECURSIVE step AS (
        SELECT entity_id, number FROM was_called
        UNION
        SELECT l.child_entity_id, c.number
        FROM step AS c
        JOIN lineage AS l ON l.parent_entity_id = c.entity_id AND l.layer = 'parcel'
        JOIN publication AS u ON u.publication_id = l.publication_id
        JOIN analysis_run AS r ON r.run_id = :run_id
        WHERE u.published_at <= r.known_on
            AND NOT EXISTS (
                SELECT FROM publication AS w
                WHERE w.delivery_id = u.delivery_id AND w.action = 'WITHDRAW' AND w.published_at <= r.known_on
            )
    )
    SELECT entity_id, number FROM step
),
formerly AS (
    SELECT DISTINCT ON (v.parcel_code)
        1, 'parcel', v.parcel_code, c.number, v.parcel_code, v.entity_id, v.park_code, v.verdict, 1,
        st_x(st_pointonsurface(p.geom)), st_y(st_pointonsurface(p.geom)), TRUE
    FROM came_out AS c
    JOIN idle_verdict AS v ON v.run_id = :run_id AND v.entity_id = c.entity_id
    JOIN parcel AS p ON p.version_id = v.version_id
    WHERE NOT EXISTS (SELECT FROM hit WHERE hit.entity_id = v.entity_id)
    ORDER BY v.parcel_code, c.number
    LIMIT :limit
),
holder AS (
    SELECT
        2, 'holder', p.holder, p.holder_credit_code, min(v.parcel_code), min(v.entity_id), NULL,
        CASE WHEN count(*) = 1 THEN min(v.verdict) END, count(*), NULL::float, NULL::float, FALSE
    FROM idle_verdict AS v
    JOIN parcel AS p ON p.version_id = v.version_id
    WHERE v.run_id = :run_id AND (p.holder COLLATE "C" ILIKE :like OR p.holder_credit_code COLLATE "C" ILIKE :like)
    GROUP BY p.holder, p.holder_credit_code
    ORDER BY p.holder
    LIMIT :limit
),
contract AS (
    SELECT
        3, 'contract', c.contract_no, c.holder, v.parcel_code, v.entity_id, v.park_code, v.verdict, 1,
        NULL::float, NULL::float, FALSE
    FROM analysis_run AS r
    JOIN contract AS c ON c.known @> r.known_on
    JOIN idle_verdict AS v ON v.run_id = r.run_id AND v.parcel_code = c.parcel_codes[1]
    WHERE r.run_id = :run_id AND c.contract_no COLLATE "C" ILIKE :like
    ORDER BY c.contract_no
    LIMIT :limit
),
zone AS (
    SELECT
        4, 'park', k.park_name, k.park_code, NULL, NULL::bigint, k.park_code, NULL, NULL::bigint,
        st_x(st_pointonsurface(k.geom)), st_y(st_pointonsurface(k.geom)), FALSE
    FROM analysis_run AS r
    JOIN park AS k ON k.known @> r.known_on
    WHERE r.run_id = :run_id AND (k.park_name COLLATE "C" ILIKE :like OR k.park_code COLLATE "C" ILIKE :like)
    ORDER BY k.park_code
    LIMIT :limit
)
SELECT * FROM hit
UNION ALL SELECT * FROM formerly
UNION ALL SELECT * FROM holder
UNION ALL SELECT * FROM contract
UNION ALL SELECT * FROM zone
ORDER BY rank, later, text
LIMIT :limit
