-- What the frame of every page states: the newest publication, and what has been published at all.
--
-- Parameters  none
-- Returns     one row: publication_id, published_at (null while nothing is published),
--             n_publications, sample (some published delivery is the sample one)
SELECT
    max(p.publication_id) AS publication_id,
    max(p.published_at) AS published_at,
    count(*) AS n_publications,
    coalesce(
        bool_or(d.status = 'PUBLISHED' AND d.supplier LIKE '%-sample'), FALSE
    ) AS sample
FROM publication AS p
JOIN delivery AS d ON d.delivery_id = p.delivery_id
