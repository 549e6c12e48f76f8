-- The share of built-up area of some parcels of a run in the newest year that was observed.
--
-- Parameters  :run_id, :codes
-- Returns     one row a parcel that was observed
-- Indexes     pk_parcel_builtup
SELECT DISTINCT ON (b.parcel_code) b.parcel_code, b.year, b.share, b.builtup_m2
FROM parcel_builtup AS b
WHERE b.run_id = :run_id AND b.parcel_code = ANY (CAST(:codes AS text[]))
ORDER BY b.parcel_code, b.year DESC
