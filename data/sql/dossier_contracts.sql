-- The contracts of a parcel known to a run and signed by its day, supplements and entry contracts with them.
--
-- Parameters  :run_id, :parcel_code
-- Returns     one row a contract, by day of signing; areas in m2, money in 10,000 CNY
-- Indexes     ix_contract_parcel_codes
WITH RECURSIVE run AS (
    SELECT r.as_of, r.known_on FROM analysis_run AS r WHERE r.run_id = :run_id
),
own AS (
    SELECT c.*
    FROM run
    JOIN contract AS c ON c.known @> run.known_on
    WHERE c.parcel_codes @> ARRAY[CAST(:parcel_code AS text)]
    UNION
    SELECT s.*
    FROM run
    JOIN contract AS s ON s.known @> run.known_on
    JOIN own ON s.amends = own.contract_no
)
SELECT
    own.contract_no, own.contract_type, own.amends, own.parcel_codes, own.holder, own.signed_on,
    own.delivery_by, own.delivered_on, own.commence_by, own.complete_by, own.invest_by, own.price_wan,
    own.granted_area_m2, own.total_investment_wan, own.planned_investment_ex_land_wan,
    own.intensity_wan_per_ha, own.due_area_m2, own.far_min, own.row_no, f.path AS file_path
FROM own
CROSS JOIN run
LEFT JOIN delivery_file AS f ON f.file_id = own.file_id
WHERE own.signed_on IS NULL OR own.signed_on <= run.as_of
ORDER BY own.signed_on NULLS LAST, own.contract_no
