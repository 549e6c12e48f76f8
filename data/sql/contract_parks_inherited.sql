-- Gives supplements the parks of the contract that they amend; one step of a chain at a time.
--
-- Indexes     pk_contract_park
INSERT INTO contract_park (contract_no, park_code)
SELECT DISTINCT c.contract_no, k.park_code
FROM contract AS c
JOIN contract_park AS k ON k.contract_no = c.amends
WHERE
    c.amends IS NOT NULL
    AND NOT EXISTS (SELECT FROM contract_park AS o WHERE o.contract_no = c.contract_no AND o.park_code = k.park_code)
ON CONFLICT DO NOTHING
