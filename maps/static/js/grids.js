/** Tile grids (those of maps/grids.py) and the coordinate systems of the page. */
import { TileGrid, proj4, projection, register } from '../vendor/ol.js';

const GRS80 = '+ellps=GRS80 +units=m +no_defs';
const HALF_WORLD = Math.PI * 6378137;
const TILE = 256;

const zone = (number) => ({
  code: `EPSG:${4488 + number}`,
  origin: [number * 1e6, 6e6],
  extent: [number * 1e6, 0, number * 1e6 + 4096 * TILE, 6e6],
  first: 4096,
  levels: 17,
});

export const GRIDS = {
  WebMercatorQuad: {
    code: 'EPSG:3857',
    origin: [-HALF_WORLD, HALF_WORLD],
    extent: [-HALF_WORLD, -HALF_WORLD, HALF_WORLD, HALF_WORLD],
    first: (2 * HALF_WORLD) / TILE,
    levels: 21,
  },
  CGCS2000Quad: { code: 'EPSG:4490', origin: [-180, 90], extent: [-180, -90, 180, 90], first: 360 / TILE, levels: 21 },
  GK40: zone(40),
  GK41: zone(41),
};

/** Metres on the ground per pixel at which the content of tiles changes; see maps/tiles.py. */
export const LEVELS = { parcels: 40, normal: 12, labels: 2.5, holders: 1.2 };

/** A 3-degree zone by its central meridian; with `prefix` the easting starts with the zone's number. */
export function zoneDefinition(meridian, prefix) {
  const easting = prefix ? `${meridian / 3}500000` : '500000';
  return `+proj=tmerc +lat_0=0 +lon_0=${meridian} +k=1 +x_0=${easting} +y_0=0 ${GRS80}`;
}

proj4.defs('EPSG:4490', '+proj=longlat +ellps=GRS80 +no_defs');
proj4.defs('EPSG:4528', zoneDefinition(120, true));
proj4.defs('EPSG:4529', zoneDefinition(123, true));
register(proj4);
projection('EPSG:4490').setExtent([-180, -90, 180, 90]);

/** The tile grid and projection of a name. */
export function grid(name) {
  const { code, origin, extent, first, levels } = GRIDS[name];
  const resolutions = Array.from({ length: levels }, (_, z) => first / 2 ** z);
  projection(code).setExtent(extent);
  return { projection: projection(code), tiles: new TileGrid({ origin, extent, resolutions, tileSize: TILE }) };
}
