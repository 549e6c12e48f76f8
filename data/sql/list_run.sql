-- What a list says of the run that it comes from.
--
-- Parameters  :run_id
-- Returns     run_id, as_of, known_on, publication_id, published_at, rules_version, rules, program_version
-- Indexes     pk_analysis_run
SELECT
    r.run_id, r.as_of, r.known_on, r.publication_id, p.published_at, r.rules_version, r.rules, r.program_version
FROM analysis_run AS r
LEFT JOIN publication AS p ON p.publication_id = r.publication_id
WHERE r.run_id = :run_id
