-- Corrections, the newest last, with what became of each in the deliveries since; a delivery that was
-- withdrawn says nothing any more.
--
-- Parameters  :layer, :key  text or NULL: only of this layer, of this row
--             :layers  text[] or NULL: only of these layers
--             :ended  boolean: also those that were ended
-- Returns     one row a correction; used is {outcome: number of deliveries}, newest outcome in last_outcome
-- Indexes     ix_correction_layer, uq_correction_use_correction_id_delivery_id
SELECT
    c.correction_id, c.layer, c.row_key, c.field, c.old_value, c.new_value, c.reason, c.document, c.person,
    c.made_at, c.ended_at, c.ended_by, c.end_reason, u.last_outcome, u.last_delivery_id, u.found_value,
    coalesce(u.used, '{}') AS used
FROM correction AS c
LEFT JOIN LATERAL (
    SELECT
        jsonb_object_agg(x.outcome, x.n) AS used,
        (array_agg(x.newest_outcome))[1] AS last_outcome,
        max(x.last_delivery_id) AS last_delivery_id,
        (array_agg(x.found_value))[1] AS found_value
    FROM (
        SELECT
            outcome, count(*) AS n,
            first_value(outcome) OVER newest AS newest_outcome,
            first_value(max(delivery_id)) OVER newest AS last_delivery_id,
            first_value((array_agg(found_value ORDER BY delivery_id DESC))[1]) OVER newest AS found_value
        FROM correction_use
        JOIN delivery USING (delivery_id)
        WHERE correction_id = c.correction_id AND status <> 'WITHDRAWN'
        GROUP BY outcome
        WINDOW newest AS (ORDER BY max(delivery_id) DESC)
    ) AS x
) AS u ON TRUE
WHERE (:ended OR c.ended_at IS NULL)
    AND (CAST(:layer AS text) IS NULL OR c.layer = :layer)
    AND (CAST(:key AS text) IS NULL OR c.row_key = :key)
    AND (CAST(:layers AS text[]) IS NULL OR c.layer = ANY(:layers))
ORDER BY c.correction_id
