-- The governing contract of some parcels of a run, with its dates as supplements changed them.
--
-- Of the contracts that supply land the newest signed by the day governs; of two of one day the larger number by
-- code point. One without its day may be any of them, so nothing governs for sure then: signed_on is null.
-- A supplement without its day may be the newest that states the date of commencement: that is null then, and open.
--
-- Parameters  :run_id, :codes
-- Returns     one row a parcel that has a contract
-- Indexes     ix_contract_parcel_codes
WITH RECURSIVE run AS (
    SELECT r.as_of, r.known_on FROM analysis_run AS r WHERE r.run_id = :run_id
),
asked AS (
    SELECT unnest(CAST(:codes AS text[])) AS parcel_code
),
governing AS (
    SELECT DISTINCT ON (asked.parcel_code)
        asked.parcel_code, c.contract_no, c.signed_on, c.commence_by, c.complete_by, c.delivered_on
    FROM asked
    CROSS JOIN run
    JOIN contract AS c ON c.parcel_codes @> ARRAY[asked.parcel_code] AND c.known @> run.known_on
    WHERE c.contract_type IN ('GRANT', 'ALLOCATION', 'LEASE') AND (c.signed_on IS NULL OR c.signed_on <= run.as_of)
    ORDER BY asked.parcel_code, c.signed_on DESC NULLS FIRST, c.contract_no COLLATE "C" DESC
),
changing AS (
    SELECT s.contract_no, s.amends, s.signed_on, s.commence_by
    FROM run
    JOIN contract AS s ON s.known @> run.known_on
    WHERE s.contract_type = 'SUPPLEMENT' AND s.amends IS NOT NULL
        AND (s.signed_on IS NULL OR s.signed_on <= run.as_of)
),
chain AS (
    SELECT g.contract_no AS root, s.contract_no, s.signed_on, s.commence_by
    FROM governing AS g
    JOIN changing AS s ON s.amends = g.contract_no
    UNION
    SELECT chain.root, s.contract_no, s.signed_on, s.commence_by
    FROM chain
    JOIN changing AS s ON s.amends = chain.contract_no
),
latest AS (
    SELECT DISTINCT ON (chain.root) chain.root, chain.signed_on, chain.commence_by
    FROM chain
    WHERE chain.commence_by IS NOT NULL
    ORDER BY chain.root, chain.signed_on DESC NULLS FIRST, chain.contract_no COLLATE "C" DESC
)
SELECT
    g.parcel_code, g.contract_no, g.signed_on, g.complete_by, g.delivered_on,
    (l.root IS NOT NULL AND l.signed_on IS NULL) AS commence_open,
    CASE WHEN l.root IS NULL THEN g.commence_by WHEN l.signed_on IS NOT NULL THEN l.commence_by END AS commence_by
FROM governing AS g
LEFT JOIN latest AS l ON l.root = g.contract_no
