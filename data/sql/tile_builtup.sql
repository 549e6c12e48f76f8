-- One vector tile of the built-up patches of one year or of all, in any tile grid.
--
-- Parameters  as in tile.sql: the tile, step, extent, buffer, run_id
--             year          null = every year
--             smallest_m2   smaller patches are not drawn (half a pixel)
-- Returns     one row: the tile (bytea). Layer builtup (id = entity_id; year): of each year the patches of
--             its newest day of observation, as known to the run
-- Indexes     ix_builtup_geom, ix_builtup_observed_on
WITH tile AS (
    SELECT
        ST_MakeEnvelope(:left, :bottom, :right, :top, :srid) AS box,
        ST_Transform(
            ST_Segmentize(ST_MakeEnvelope(:west, :south, :east, :north, :srid), CAST(:step AS double precision)), 4490
        ) AS lonlat
),
newest AS (
    SELECT CAST(extract(year FROM b.observed_on) AS integer) AS year, max(b.observed_on) AS observed_on
    FROM builtup AS b
    JOIN analysis_run AS r ON r.run_id = :run_id AND b.known @> r.known_on AND b.observed_on <= r.as_of
    WHERE CAST(:year AS integer) IS NULL OR extract(year FROM b.observed_on) = :year
    GROUP BY 1
),
patch AS (
    SELECT
        b.entity_id AS id, newest.year,
        ST_AsMVTGeom(ST_Transform(b.geom, :srid), tile.box, :extent, :buffer) AS geom
    FROM tile
    JOIN builtup AS b ON b.geom && tile.lonlat AND ST_Intersects(b.geom, tile.lonlat)
    JOIN newest ON newest.observed_on = b.observed_on
    JOIN analysis_run AS r ON r.run_id = :run_id AND b.known @> r.known_on
    WHERE ST_Area(ST_Envelope(b.geom)) * 12.3e9 * cos(radians(ST_YMin(b.geom))) >= :smallest_m2
)
SELECT coalesce(ST_AsMVT(t, 'builtup', :extent, 'geom', 'id'), '') AS tile FROM patch AS t
