-- One parcel of a run with its verdict.
--
-- Parameters  :run_id, and one of :parcel_code, :entity_id
-- Returns     no row or one; areas in m2, degrees in EPSG:4490
SELECT
    v.*, r.as_of, r.cited, p.supervision_no, p.unit_code, p.location, p.holder, p.holder_credit_code,
    p.registered_area_m2, p.drawn_area_m2, p.landuse_code, p.landuse_scheme, p.supply_mode,
    p.ownership, p.in_monitoring_system, p.row_no,
    e.enterprise_name, f.path AS file_path,
    st_x(st_pointonsurface(p.geom)) AS lon, st_y(st_pointonsurface(p.geom)) AS lat,
    st_xmin(p.geom) AS west, st_ymin(p.geom) AS south, st_xmax(p.geom) AS east, st_ymax(p.geom) AS north
FROM idle_verdict AS v
JOIN analysis_run AS r ON r.run_id = v.run_id
JOIN parcel AS p ON p.version_id = v.version_id
LEFT JOIN delivery_file AS f ON f.file_id = p.file_id
LEFT JOIN LATERAL (
    SELECT e.enterprise_name FROM enterprise AS e
    WHERE e.credit_code = p.holder_credit_code AND e.known @> r.known_on
    LIMIT 1
) AS e ON TRUE
WHERE v.run_id = :run_id
    AND (v.parcel_code = CAST(:parcel_code AS text) OR v.entity_id = CAST(:entity_id AS bigint))
LIMIT 1
