-- The verdict on investment intensity of some parcels of a run: of several contracts the one that is short first.
--
-- Parameters  :run_id, :codes
-- Returns     one row a parcel that has a contract with such a term
-- Indexes     ix_contract_parcel_codes, pk_intensity_verdict
WITH run AS (
    SELECT r.known_on FROM analysis_run AS r WHERE r.run_id = :run_id
),
asked AS (
    SELECT unnest(CAST(:codes AS text[])) AS parcel_code
)
SELECT DISTINCT ON (asked.parcel_code)
    asked.parcel_code, i.contract_no, i.verdict, i.actual, i.required, i.unit, i.rate, i.missing
FROM asked
CROSS JOIN run
JOIN contract AS c ON c.parcel_codes @> ARRAY[asked.parcel_code] AND c.known @> run.known_on
JOIN intensity_verdict AS i ON i.run_id = :run_id AND i.contract_no = c.contract_no AND i.term = 'INTENSITY'
ORDER BY
    asked.parcel_code, array_position(ARRAY['SHORT', 'MET', 'NOT_DUE', 'UNDETERMINED'], i.verdict),
    i.rate NULLS LAST, i.contract_no COLLATE "C"
