-- Built-up area inside a parcel, per year of observation.
--
-- Parameters  :run_id, :parcel_code
-- Returns     one row a year; m2 and share of the drawn area
SELECT b.year, b.builtup_m2, b.share
FROM parcel_builtup AS b
WHERE b.run_id = :run_id AND b.parcel_code = :parcel_code
ORDER BY b.year
