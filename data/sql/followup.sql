-- What became of the findings of a supplier's last delivery, layer by layer.
--
-- Findings are the same where code, layer, the supplier's own key and the field are; those that only inform
-- do not count. Compared with the newest earlier delivery of the same supplier that held the layer.
--
-- Parameters  :delivery_id; :state (MENDED, STILL, NEW or null); :limit, :offset  page
-- Returns     state, layer, code, supplier_key, field, severity, previous_delivery (null for what is new in a
--             layer that was never delivered before); n_mended, n_still, n_new count all of them
-- Indexes     ix_issue_delivery_id_code, ix_delivery_file_delivery_id
WITH me AS (
    SELECT delivery_id, supplier FROM delivery WHERE delivery_id = :delivery_id
),
layers AS (
    SELECT DISTINCT f.layer
    FROM delivery_file AS f JOIN me ON me.delivery_id = f.delivery_id
    WHERE f.layer IS NOT NULL
),
previous AS (
    SELECT DISTINCT ON (f.layer) f.layer, d.delivery_id
    FROM me
    JOIN delivery AS d ON d.supplier = me.supplier AND d.delivery_id < me.delivery_id AND d.status <> 'DUPLICATE'
    JOIN delivery_file AS f ON f.delivery_id = d.delivery_id
    JOIN layers ON layers.layer = f.layer
    ORDER BY f.layer, d.delivery_id DESC
),
before AS (
    SELECT DISTINCT ON (i.layer, i.code, i.supplier_key, i.field)
        i.layer, i.code, i.supplier_key, i.field, i.severity, p.delivery_id
    FROM previous AS p
    JOIN issue AS i ON i.delivery_id = p.delivery_id AND i.layer = p.layer
    WHERE i.severity <> 'INFORMS'
),
now_found AS (
    SELECT DISTINCT ON (i.layer, i.code, i.supplier_key, i.field)
        i.layer, i.code, i.supplier_key, i.field, i.severity
    FROM issue AS i
    JOIN previous AS p ON p.layer = i.layer
    WHERE i.delivery_id = :delivery_id AND i.severity <> 'INFORMS'
),
compared AS (
    SELECT
        CASE WHEN n.code IS NULL THEN 'MENDED' WHEN b.code IS NULL THEN 'NEW' ELSE 'STILL' END AS state,
        coalesce(n.layer, b.layer) AS layer, coalesce(n.code, b.code) AS code,
        coalesce(n.supplier_key, b.supplier_key) AS supplier_key, coalesce(n.field, b.field) AS field,
        coalesce(n.severity, b.severity) AS severity, b.delivery_id AS previous_delivery
    FROM before AS b
    FULL JOIN now_found AS n
        ON n.layer = b.layer AND n.code = b.code
        AND coalesce(n.supplier_key, '') = coalesce(b.supplier_key, '') AND coalesce(n.field, '') = coalesce(b.field, '')
)
SELECT
    c.*,
    count(*) FILTER (WHERE state = 'MENDED') OVER () AS n_mended,
    count(*) FILTER (WHERE state = 'STILL') OVER () AS n_still,
    count(*) FILTER (WHERE state = 'NEW') OVER () AS n_new
FROM compared AS c
WHERE CAST(:state AS text) IS NULL OR state = :state
ORDER BY array_position(ARRAY['STILL', 'NEW', 'MENDED'], state), layer, code, supplier_key, field
LIMIT :limit OFFSET :offset
