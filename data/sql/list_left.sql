-- What became of parcels that are no longer listed: the present verdict, and the parcels that they became.
--
-- Parameters  :run_id; :codes
-- Returns     parcel_code; verdict, band, cause, cited (null where there is no such parcel), trace, as_of, missing;
--             became (codes of its parts, or of what it was merged into)
-- Indexes     pk_idle_verdict, ix_parcel_entity_id, ix_lineage_parent_entity_id
WITH run AS (
    SELECT r.run_id, r.as_of, r.known_on, r.cited FROM analysis_run AS r WHERE r.run_id = :run_id
),
wanted AS (
    SELECT w.parcel_code FROM unnest(CAST(:codes AS text[])) AS w(parcel_code)
),
became AS (
    SELECT w.parcel_code, array_agg(DISTINCT child.parcel_code) AS codes
    FROM wanted AS w
    JOIN parcel AS p ON p.parcel_code = w.parcel_code
    JOIN lineage AS l ON l.layer = 'parcel' AND l.parent_entity_id = p.entity_id
    JOIN parcel AS child ON child.entity_id = l.child_entity_id AND child.parcel_code <> w.parcel_code
    CROSS JOIN run
    WHERE child.known @> run.known_on
    GROUP BY w.parcel_code
)
SELECT
    w.parcel_code, v.verdict, v.band, v.missing, v.trace, run.cited, run.as_of,
    coalesce(became.codes, '{}') AS became
FROM wanted AS w
CROSS JOIN run
LEFT JOIN idle_verdict AS v ON v.run_id = run.run_id AND v.parcel_code = w.parcel_code
LEFT JOIN became ON became.parcel_code = w.parcel_code
ORDER BY w.parcel_code
