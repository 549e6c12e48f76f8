-- The construction events of a parcel known to a run, up to its day; undated ones last.
--
-- Parameters  :run_id, :parcel_code
-- Returns     one row an event, by day
-- Indexes     ix_construction_event_parcel_code
SELECT
    e.event, e.happened_on, e.foundation_type, e.done, e.of, e.developed_area_m2, e.source,
    e.row_no, f.path AS file_path
FROM analysis_run AS r
JOIN construction_event AS e ON e.known @> r.known_on
LEFT JOIN delivery_file AS f ON f.file_id = e.file_id
WHERE r.run_id = :run_id AND e.parcel_code = :parcel_code
    AND (e.happened_on IS NULL OR e.happened_on <= r.as_of)
ORDER BY e.happened_on NULLS LAST, e.event
