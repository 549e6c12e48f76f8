-- The verdicts of a run on the contract terms of a parcel.
--
-- Parameters  :run_id, :parcel_code
-- Returns     one row a contract and term
SELECT i.*
FROM intensity_verdict AS i
WHERE i.run_id = :run_id AND i.parcel_codes @> ARRAY[CAST(:parcel_code AS text)]
ORDER BY i.contract_no, i.term
