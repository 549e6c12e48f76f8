-- The verdicts of a run on the contract terms of a parcel.
--
-- Parameters  :run_id, :parcel_code
-- Returns     one row a contract and term, with the facts of the contract
SELECT i.*, a.facts, r.as_of, r.cited
FROM intensity_verdict AS i
JOIN analysis_run AS r ON r.run_id = i.run_id
JOIN contract_account AS a ON a.run_id = i.run_id AND a.contract_no = i.contract_no
WHERE i.run_id = :run_id AND i.parcel_codes @> ARRAY[CAST(:parcel_code AS text)]
ORDER BY i.contract_no, i.term
