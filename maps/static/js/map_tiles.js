/** Tiles of a stored run: their sources and layers. */
import { MVT, VectorTileLayer, VectorTileSource } from '../vendor/ol.js';
import { LEVELS } from './grids.js';
import { grid, middle, olView, projection, stretch, view } from './map_view.js';
import { filterQuery, page, read } from './page.js';
import { builtupStyle, outlineStyle, textStyle, tileStyle } from './styles.js';

/** Never a tile coarser than the level of the view: what is drawn changes at LEVELS, see maps/tiles.py. */
function direction(asked, coarse, fine) {
  const scale = stretch(olView.getCenter() || middle);
  for (const bound of Object.values(LEVELS)) {
    if (coarse / scale > bound && asked / scale <= bound) return -1;
  }
  return asked * asked > coarse * fine ? 1 : -1;
}

/**
 * Layers of one run.
 * @param {{run_id: number|null, publication_id: number|null}} run
 * @param {{busy: function, failed: function(string)}} told what happens while tiles load
 */
export function tileLayers(run, told) {
  const themed = () => (view.theme !== 'status' && view.theme !== 'builtup' ? `&theme=${view.theme}` : '');

  function source(layers, more) {
    const made = new VectorTileSource({
      format: new MVT(),
      tileGrid: grid,
      projection,
      zDirection: direction,
      wrapX: false,
      tileUrlFunction([z, x, y]) {
        if (!run.run_id) return undefined;
        const query = filterQuery();
        query.set('run', run.run_id);
        query.set('layers', layers);
        if (run.publication_id) query.set('v', run.publication_id);
        return `/tiles/${page.grid}/${z}/${x}/${y}.mvt?${query}${more()}`;
      },
      tileLoadFunction(tile, address) {
        tile.setLoader((box, resolution, featureProjection) => {
          read(address, 'bytes').then((bytes) => {
            tile.setFeatures(tile.getFormat().readFeatures(bytes, { extent: box, featureProjection }));
          }).catch((error) => {
            tile.setState(3);
            told.failed(error.code || 'TILE');
          });
        });
      },
    });
    made.on('tileloadstart', told.busy);
    return made;
  }

  const parcels = source('park,parcel,label', themed);
  const fill = new VectorTileLayer({ source: parcels, style: tileStyle(view), zIndex: 1 });
  const outline = new VectorTileLayer({ source: parcels, style: outlineStyle(view), renderMode: 'vector', zIndex: 3 });
  const text = new VectorTileLayer({ source: parcels, style: textStyle(view), renderMode: 'vector', declutter: true, zIndex: 4 });

  // One layer a year, made when first asked for: going back to a year costs nothing.
  const years = new Map();
  function builtup(map, year) {
    if (!years.has(year)) {
      const layer = new VectorTileLayer({
        source: source('builtup', () => `&year=${year}`),
        style: builtupStyle(year), maxResolution: LEVELS.parcels * stretch(middle), zIndex: 2,
      });
      years.set(year, layer);
      map.addLayer(layer);
    }
    return years.get(year);
  }
  /** Show the built-up patches of one year (null: none). */
  function showYear(map, year) {
    const shown = year === null ? null : builtup(map, year);
    for (const layer of years.values()) layer.setVisible(layer === shown);
  }

  return {
    parcels, fill, outline, layers: [fill, outline, text], builtup, showYear,
    redraw() {
      for (const layer of [fill, outline, text]) layer.changed();
    },
    /** Ask anew for what is shown, after a fault or for another theme. */
    refresh() {
      parcels.refresh();
      for (const layer of years.values()) if (layer.getVisible()) layer.getSource().refresh();
    },
  };
}
