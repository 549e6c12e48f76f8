-- One vector tile of the parks and parcels of a run, in any tile grid.
--
-- Parameters  srid, left, bottom, right, top      the tile, in its grid's units
--             west, south, east, north             the same with its buffer, kept inside the grid
--             step       length of the pieces an edge is cut into before it goes to degrees
--             extent, buffer                          tile coordinates
--             run_id, verdicts, statuses            the run; which verdict shows as which status
--             parks, shares, parcels, fills, labels, holders     what is drawn at this resolution
--             normals, smallest_m2, smallest_normal_m2     whether status "normal" is drawn; smallest parcels drawn
--             tolerance  outlines are simplified by this, in the grid's units
--             share_parks, share_n, share_idle         count and idle share of parks, from tile_shares.sql
--             most       more parcels than this are not drawn; layer "crowd" says how many there are
--             park       only this park; null = any
-- Reads       matching   a table expression put before it: the run's parcels that fit the filter
--                        (entity_id, parcel_code, holder, drawn_area_m2, geom, verdict, theme)
-- Returns     one row: the tile (bytea). Layers park (code, name; with shares n, idle_share),
--             parcel (id = entity_id; status, with a theme its class, named theme), label (id = entity_id; label, m2, with holders holder), crowd (n)
-- Indexes     ix_parcel_geom, ix_park_geom, pk_idle_verdict
WITH tile AS (
    SELECT
        ST_MakeEnvelope(:left, :bottom, :right, :top, :srid) AS box,
        ST_Transform(
            ST_Segmentize(ST_MakeEnvelope(:west, :south, :east, :north, :srid), CAST(:step AS double precision)), 4490
        ) AS lonlat
),
run AS (
    SELECT r.as_of, r.known_on FROM analysis_run AS r WHERE r.run_id = :run_id
),
shown AS (
    SELECT s.verdict, s.status
    FROM unnest(CAST(:verdicts AS text[]), CAST(:statuses AS text[])) AS s(verdict, status)
),
seen AS MATERIALIZED (
    SELECT m.entity_id, m.parcel_code, m.holder, m.drawn_area_m2, shown.status, m.theme, m.geom
    FROM tile
    JOIN matching AS m ON m.geom && tile.lonlat AND ST_Intersects(m.geom, tile.lonlat)
    JOIN shown ON shown.verdict = m.verdict
    WHERE
        CAST(:parcels AS boolean)
        AND m.drawn_area_m2 >= :smallest_m2
        AND (shown.status <> 'normal' OR (CAST(:normals AS boolean) AND m.drawn_area_m2 >= :smallest_normal_m2))
),
amount AS (
    SELECT count(*) AS n, count(*) > :most AS too_many FROM seen
),
boundary AS (
    SELECT DISTINCT ON (k.park_code) k.entity_id, k.park_code, k.park_name, k.geom
    FROM park AS k
    CROSS JOIN run
    WHERE
        CAST(:parks AS boolean)
        AND k.known @> run.known_on
        AND (k.valid_from IS NULL OR k.valid_from <= run.as_of)
        AND (CAST(:park AS text) IS NULL OR k.park_code = :park)
    ORDER BY k.park_code, k.valid_from DESC NULLS LAST, k.boundary_version DESC
),
share AS (
    SELECT s.park_code, s.n, s.idle_share
    FROM unnest(CAST(:share_parks AS text[]), CAST(:share_n AS bigint[]), CAST(:share_idle AS double precision[]))
        AS s(park_code, n, idle_share)
),
park_row AS (
    SELECT
        b.entity_id AS id,
        b.park_code AS code,
        b.park_name AS name,
        CASE WHEN CAST(:shares AS boolean) THEN coalesce(share.n, 0) END AS n,
        CASE WHEN CAST(:shares AS boolean)
            THEN coalesce(share.idle_share, 0)
        END AS idle_share,
        ST_AsMVTGeom(ST_Transform(b.geom, :srid), tile.box, :extent, :buffer) AS geom
    FROM tile
    JOIN boundary AS b ON b.geom && tile.lonlat AND ST_Intersects(b.geom, tile.lonlat)
    LEFT JOIN share ON share.park_code = b.park_code
),
parcel_row AS (
    SELECT
        s.entity_id AS id, s.status, s.theme,
        ST_AsMVTGeom(
            ST_Simplify(ST_Transform(s.geom, :srid), :tolerance, TRUE), tile.box, :extent, :buffer
        ) AS geom
    FROM amount
    CROSS JOIN tile
    CROSS JOIN seen AS s
    WHERE CAST(:fills AS boolean) AND NOT amount.too_many
),
label_row AS (
    SELECT
        s.entity_id AS id,
        CASE WHEN s.parcel_code ~ '^[0-9]{12}[A-Z]{2}[0-9]{5}$'
            THEN ltrim(right(s.parcel_code, 5), '0') ELSE right(s.parcel_code, 8)
        END AS label,
        CAST(round(s.drawn_area_m2) AS integer) AS m2,
        CASE WHEN CAST(:holders AS boolean) THEN s.holder END AS holder,
        ST_AsMVTGeom(ST_Transform(ST_PointOnSurface(s.geom), :srid), tile.box, :extent, 0) AS geom
    FROM amount
    CROSS JOIN tile
    CROSS JOIN seen AS s
    WHERE CAST(:labels AS boolean) AND NOT amount.too_many
),
crowd_row AS (
    SELECT amount.n, ST_AsMVTGeom(ST_Centroid(tile.box), tile.box, :extent, 0) AS geom
    FROM amount
    CROSS JOIN tile
    WHERE amount.too_many
)
SELECT
    coalesce((SELECT ST_AsMVT(t, 'park', :extent, 'geom', 'id') FROM park_row AS t), '')
    || coalesce((SELECT ST_AsMVT(t, 'parcel', :extent, 'geom', 'id') FROM parcel_row AS t), '')
    || coalesce((SELECT ST_AsMVT(t, 'label', :extent, 'geom', 'id') FROM label_row AS t), '')
    || coalesce((SELECT ST_AsMVT(t, 'crowd', :extent, 'geom') FROM crowd_row AS t), '') AS tile
