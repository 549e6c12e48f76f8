-- The stored run of another day on the same data by the same rules.
--
-- Parameters  :like (the run to be alike), :as_of
-- Returns     one row: run_id, or null
-- Indexes     ix_analysis_run_as_of
SELECT max(other.run_id) AS run_id
FROM analysis_run AS one
JOIN analysis_run AS other
    ON other.as_of = :as_of
    AND other.publication_id IS NOT DISTINCT FROM one.publication_id
    AND other.rules_version = one.rules_version
    AND other.program_version = one.program_version
    AND other.park_code IS NULL
WHERE one.run_id = :like
