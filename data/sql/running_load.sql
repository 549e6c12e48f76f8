-- The import that is under way, the latest asked for; one whose worker has gone silent is none.
--
-- Parameters  none
SELECT job_id, state, stage, done, total, answers ->> 'supplier' AS supplier, created_by, started_at
FROM import_job
WHERE state IN ('QUEUED', 'RUNNING')
    AND coalesce(heartbeat_at, started_at, created_at) > now() - interval '10 minutes'
ORDER BY job_id DESC
LIMIT 1
