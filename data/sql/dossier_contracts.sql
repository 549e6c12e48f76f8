-- The contracts of a parcel known to a run and signed by its day, supplements and entry contracts with them.
--
-- Parameters  :run_id, :parcel_code
-- Returns     one row a contract, by day of signing; areas in m2, money in 10,000 CNY
-- Indexes     ix_contract_parcel_codes
WITH RECURSIVE run AS (
    SELECT r.as_of, r.known_on FROM analysis_run AS r WHERE r.run_id = :run_id
),
own AS (
    SELECT
        c.contract_no, c.contract_type, c.amends, c.parcel_codes, c.holder, c.signed_on, c.delivery_by,
        c.delivered_on, c.commence_by, c.complete_by, c.invest_by, c.price_wan, c.granted_area_m2,
        c.total_investment_wan, c.planned_investment_ex_land_wan, c.intensity_wan_per_ha, c.due_area_m2,
        c.far_min, c.row_no, c.file_id
    FROM run
    JOIN contract AS c ON c.known @> run.known_on
    WHERE c.parcel_codes @> ARRAY[CAST(:parcel_code AS text)]
    UNION
    SELECT
        s.contract_no, s.contract_type, s.amends, s.parcel_codes, s.holder, s.signed_on, s.delivery_by,
        s.delivered_on, s.commence_by, s.complete_by, s.invest_by, s.price_wan, s.granted_area_m2,
        s.total_investment_wan, s.planned_investment_ex_land_wan, s.intensity_wan_per_ha, s.due_area_m2,
        s.far_min, s.row_no, s.file_id
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
