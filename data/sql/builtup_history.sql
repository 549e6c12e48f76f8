-- Every version of the built-up patches of days that were published more than once.
--
-- Parameters  :moment (versions published up to then)
-- Returns     one row a version, by day; ``until`` is null for a version that is still the current one
WITH replaced AS (
    SELECT DISTINCT observed_on FROM builtup
    WHERE NOT upper_inf(known) AND upper(known) <= CAST(:moment AS timestamptz)
)
SELECT b.observed_on, b.source, lower(b.known) AS since, upper(b.known) AS until, st_asbinary(b.geom) AS shape
FROM builtup AS b
JOIN replaced AS r ON r.observed_on = b.observed_on
WHERE lower(b.known) <= CAST(:moment AS timestamptz)
ORDER BY b.observed_on, b.content_hash, b.version_id
