-- Rows of a delivery by the gravest finding on them.
--
-- Parameters  :delivery_id
-- Returns     severity, rows (with a row number) and findings that are about a whole file
-- Indexes     ix_issue_delivery_id_code
WITH found AS (
    SELECT
        file_id, row_no,
        min(array_position(ARRAY['BLOCKS', 'REJECTS', 'WARNS', 'INFORMS'], severity)) AS grave,
        count(*) AS n
    FROM issue
    WHERE delivery_id = :delivery_id
    GROUP BY file_id, row_no
)
SELECT
    (ARRAY['BLOCKS', 'REJECTS', 'WARNS', 'INFORMS'])[grave] AS severity,
    count(*) FILTER (WHERE row_no IS NOT NULL) AS row_count,
    coalesce(sum(n) FILTER (WHERE row_no IS NULL), 0) AS file_findings
FROM found
GROUP BY grave
