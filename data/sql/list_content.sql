-- The idle-land list of a run in the order in which it is printed: by park, by kind (two years, one year, suspended),
-- by code; with the governing contract of the day and the hash of the shape.
--
-- Parameters  :run_id; :park (null = all)
-- Returns     the columns of data.frozen_lists.CONTENT, and version_id
-- Indexes     ix_idle_verdict_run_id_verdict, ix_contract_parcel_codes
WITH run AS (
    SELECT r.run_id, r.as_of, r.known_on FROM analysis_run AS r WHERE r.run_id = :run_id
),
park_name AS (
    SELECT DISTINCT ON (k.park_code) k.park_code, coalesce(k.park_name, k.park_code) AS park_name
    FROM park AS k
    JOIN run ON k.known @> run.known_on
    ORDER BY k.park_code, k.boundary_version DESC
),
listed AS (
    SELECT v.parcel_code, v.park_code, v.version_id, v.verdict, v.band, v.limbs, v.cause, v.path, v.fee_wan, v.blocked,
        v.by_reference, v.idle_from, v.days, v.missing, v.article
    FROM run
    JOIN idle_verdict AS v ON v.run_id = run.run_id
    WHERE
        v.verdict IN ('IDLE_NOT_COMMENCED', 'MAY_BE_IDLE')
        AND (CAST(:park AS text) IS NULL OR v.park_code = :park)
),
supplied AS (
    SELECT code.parcel_code, c.contract_no, c.signed_on
    FROM run
    JOIN contract AS c ON c.known @> run.known_on AND c.signed_on <= run.as_of
    CROSS JOIN LATERAL unnest(c.parcel_codes) AS code(parcel_code)
    WHERE c.contract_type IN ('GRANT', 'ALLOCATION', 'LEASE')
),
governing AS (
    SELECT DISTINCT ON (s.parcel_code) s.parcel_code, s.contract_no
    FROM supplied AS s
    JOIN listed ON listed.parcel_code = s.parcel_code
    ORDER BY s.parcel_code, s.signed_on DESC, s.contract_no COLLATE "C" DESC
)
SELECT
    l.parcel_code, l.park_code, n.park_name, p.supervision_no, p.holder, p.location, g.contract_no,
    p.registered_area_m2, coalesce(p.registered_area_m2, p.drawn_area_m2) AS area_m2,
    l.verdict, l.band, l.limbs, l.cause, l.path, l.fee_wan, l.blocked, l.by_reference, l.idle_from, l.days, l.missing,
    l.article, encode(sha256(ST_AsBinary(p.geom)), 'hex') AS shape_sha256, l.version_id
FROM listed AS l
JOIN parcel AS p ON p.version_id = l.version_id
LEFT JOIN park_name AS n ON n.park_code = l.park_code
LEFT JOIN governing AS g ON g.parcel_code = l.parcel_code
ORDER BY
    l.park_code COLLATE "C", CASE WHEN l.band = 'Y2' THEN 0 WHEN l.band = 'Y1' THEN 1 ELSE 2 END,
    l.parcel_code COLLATE "C"
