-- Finds for the search box: parcels by a part of a number or address, holders, contracts, parks.
--
-- Parameters  :run_id, :like (pattern with escaped wildcards), :start (the same, at the beginning), :limit
-- Returns     kind (parcel, holder, contract, park), text, detail, parcel_code, entity_id, park_code,
--             verdict, n (parcels), lon, lat; parcels first, those that begin so before others
WITH hit AS (
    SELECT
        1 AS rank, 'parcel' AS kind, v.parcel_code AS text, coalesce(p.holder, p.location) AS detail,
        v.parcel_code, v.entity_id, v.park_code, v.verdict, 1 AS n,
        st_x(st_pointonsurface(p.geom)) AS lon, st_y(st_pointonsurface(p.geom)) AS lat,
        NOT (v.parcel_code ILIKE :start OR right(v.parcel_code, 7) ILIKE :start) AS later
    FROM idle_verdict AS v
    JOIN parcel AS p ON p.version_id = v.version_id
    WHERE v.run_id = :run_id
        AND (v.parcel_code ILIKE :like OR p.supervision_no ILIKE :like OR p.location ILIKE :like)
    ORDER BY later, v.parcel_code
    LIMIT :limit
),
holder AS (
    SELECT
        2, 'holder', p.holder, p.holder_credit_code, min(v.parcel_code), min(v.entity_id), NULL,
        CASE WHEN count(*) = 1 THEN min(v.verdict) END, count(*), NULL::float, NULL::float, FALSE
    FROM idle_verdict AS v
    JOIN parcel AS p ON p.version_id = v.version_id
    WHERE v.run_id = :run_id AND (p.holder ILIKE :like OR p.holder_credit_code ILIKE :like)
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
    WHERE r.run_id = :run_id AND c.contract_no ILIKE :like
    ORDER BY c.contract_no
    LIMIT :limit
),
zone AS (
    SELECT
        4, 'park', k.park_name, k.park_code, NULL, NULL::bigint, k.park_code, NULL, NULL::bigint,
        st_x(st_pointonsurface(k.geom)), st_y(st_pointonsurface(k.geom)), FALSE
    FROM analysis_run AS r
    JOIN park AS k ON k.known @> r.known_on
    WHERE r.run_id = :run_id AND (k.park_name ILIKE :like OR k.park_code ILIKE :like)
    ORDER BY k.park_code
    LIMIT :limit
)
SELECT * FROM hit
UNION ALL SELECT * FROM holder
UNION ALL SELECT * FROM contract
UNION ALL SELECT * FROM zone
ORDER BY rank, later, text
LIMIT :limit
