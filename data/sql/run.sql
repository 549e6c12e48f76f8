-- One run of the analysis.
--
-- Parameters  :run_id
-- Returns     one row
SELECT
    r.run_id, r.as_of, r.known_on, r.publication_id, r.rules_version, r.program_version,
    r.computed_at, p.published_at
FROM analysis_run AS r
LEFT JOIN publication AS p ON p.publication_id = r.publication_id
WHERE r.run_id = :run_id
