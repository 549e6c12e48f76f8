-- What the tiles of a run depend on beside their address: the run is never changed once stored.
--
-- Parameters  run_id
-- Returns     one row, or none where there is no such run
SELECT r.computed_at, r.known_on, r.as_of, r.publication_id, r.rules_version
FROM analysis_run AS r
WHERE r.run_id = :run_id
