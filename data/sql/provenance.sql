-- All versions of the rows of one key, the newest first, with file, delivery and publication.
--
-- Parameters  :key
--             {layer} the table, {named} the text that a row is known by, {shape} a hash of the shape or NULL
-- Returns     row (all columns as JSON; geom a hash), entity_id, row_no, known_from, known_to, end_reason, path,
--             delivery_id, supplier, received_at, received_by, published_by, published_at, person
SELECT
    to_jsonb(p) || jsonb_build_object('geom', {shape}) AS row,
    p.entity_id, p.row_no, lower(p.known) AS known_from, upper(p.known) AS known_to, p.end_reason,
    f.path, d.delivery_id, d.supplier, d.received_at, d.received_by, p.published_by, u.published_at, u.person
FROM {layer} AS p
JOIN delivery_file AS f ON f.file_id = p.file_id
JOIN delivery AS d ON d.delivery_id = f.delivery_id
JOIN publication AS u ON u.publication_id = p.published_by
WHERE {named} = :key
ORDER BY upper_inf(p.known) DESC, lower(p.known) DESC, p.version_id DESC
