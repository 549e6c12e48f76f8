-- Adds the parks of contracts that a publication brought, or whose parcels it brought, to what rights are decided by.
--
-- Parameters  :pub  bigint   the publication
-- Indexes     uq_parcel_current, pk_contract_park
WITH brought AS (
    SELECT c.contract_no, unnest(c.parcel_codes) AS parcel_code
    FROM contract AS c
    WHERE c.published_by = :pub AND upper_inf(c.known)
),
standing AS (
    SELECT c.contract_no, unnest(c.parcel_codes) AS parcel_code
    FROM contract AS c
    WHERE c.published_by <> :pub AND upper_inf(c.known)
)
INSERT INTO contract_park (contract_no, park_code)
SELECT b.contract_no, p.park_code
FROM brought AS b
JOIN parcel AS p ON p.parcel_code = b.parcel_code AND upper_inf(p.known)
WHERE p.park_code IS NOT NULL
UNION
SELECT s.contract_no, p.park_code
FROM standing AS s
JOIN parcel AS p ON p.parcel_code = s.parcel_code AND upper_inf(p.known)
WHERE p.park_code IS NOT NULL AND p.published_by = :pub
ON CONFLICT DO NOTHING
