/** The map page: tiles of the stored run, selection, address, and everything that floats over the map. */
import {
  MVT, Map as OlMap, VectorTileLayer, VectorTileSource, View, getPointResolution, interactions, transform, transformExtent,
} from '../vendor/ol.js';
import { LEVELS, grid as tileGrid } from './grids.js';
import { keyboard } from './keys.js';
import { layerSwitches, themes, tools, years } from './controls.js';
import { legend } from './legend.js';
import { measure } from './measure.js';
import { code, drawing, el, filterQuery, number, page, read, say, status, t } from './page.js';
import { dossier, panel } from './panel.js';
import { readout } from './readout.js';
import { search } from './search.js';
import { builtupStyle, outlineStyle, textStyle, tileStyle } from './styles.js';
import { address, days, wanted, withFilter } from './url.js';

const DEGREES = 'EPSG:4326'; // the same numbers as EPSG:4490 to far below a pixel
const FINEST = 0.05; // m/px
const TIP_PAUSE_MS = 120;
const URL_PAUSE_MS = 500;
const AROUND = [64, 88, 140, 88]; // px that buttons and boxes take at the edges

const root = document.getElementById('map'); // takes the focus and the keys
const host = root.parentElement; // holds what floats over it
const canvas = el('div', { class: 'canvas' });
root.replaceChildren(canvas);

const { projection, tiles: grid } = tileGrid(page.grid);
const toMap = (place) => transform(place, DEGREES, projection);
const toDegrees = (place) => transform(place, projection, DEGREES);
const CLOSE = 8; // metres a pixel, below the step from which normal parcels are drawn
const extent = transformExtent(page.extent, DEGREES, projection);
const middle = [(extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2];
// Units of the view per metre on the ground: 1 / cos(latitude) in web Mercator.
const stretch = (at) => 1 / getPointResolution(projection, 1, at, 'm');

const view = {
  ground: () => olView.getResolution() / stretch(olView.getCenter()),
  patterns: true, parks: true, parcels: true, labels: true,
  builtup: wanted.theme === 'builtup' && page.years.length > 0,
  plain: wanted.theme === 'builtup' && page.years.length > 0,
  theme: wanted.theme === 'builtup' && page.years.length > 0 ? 'builtup' : 'status',
  year: page.years.includes(wanted.year) ? wanted.year : page.years[page.years.length - 1] || null,
  selected: null, hovered: null,
};

const olView = new View({
  projection,
  center: wanted.centre ? toMap(wanted.centre) : middle,
  resolution: wanted.resolution ? wanted.resolution * stretch(wanted.centre ? toMap(wanted.centre) : middle) : 1,
  minResolution: FINEST * stretch(middle),
  maxResolution: grid.getResolutions()[3],
  constrainResolution: false,
  enableRotation: false,
});

// ---- tiles ----

let failed = null;

/** Never a tile coarser than the level of the view: what is drawn changes at LEVELS, see maps/tiles.py. */
function direction(asked, coarse, fine) {
  const scale = stretch(olView.getCenter() || middle);
  for (const bound of Object.values(LEVELS)) {
    if (coarse / scale > bound && asked / scale <= bound) return -1;
  }
  return asked * asked > coarse * fine ? 1 : -1;
}

function tileSource(layers, more = '') {
  const source = new VectorTileSource({
    format: new MVT(),
    tileGrid: grid,
    projection,
    zDirection: direction,
    wrapX: false,
    tileUrlFunction([z, x, y]) {
      if (!page.run.run_id) return undefined;
      const query = filterQuery();
      query.set('run', page.run.run_id);
      query.set('layers', layers);
      if (page.run.publication_id) query.set('v', page.run.publication_id);
      return `/tiles/${page.grid}/${z}/${x}/${y}.mvt?${query}${more}`;
    },
    tileLoadFunction(tile, address_) {
      tile.setLoader((box, resolution, featureProjection) => {
        read(address_, 'bytes').then((bytes) => {
          tile.setFeatures(tile.getFormat().readFeatures(bytes, { extent: box, featureProjection }));
        }).catch((error) => {
          tile.setState(3);
          fail(error.code || 'TILE', retryTiles);
        });
      });
    },
  });
  source.on('tileloadstart', busy);
  return source;
}

const parcels = tileSource('park,parcel,label');
const parcelLayer = new VectorTileLayer({ source: parcels, style: tileStyle(view), zIndex: 1 });
const outlineLayer = new VectorTileLayer({ source: parcels, style: outlineStyle(view), renderMode: 'vector', zIndex: 3 });
const textLayer = new VectorTileLayer({ source: parcels, style: textStyle(view), renderMode: 'vector', declutter: true, zIndex: 4 });

const map = new OlMap({
  target: canvas,
  view: olView,
  layers: [parcelLayer, outlineLayer, textLayer],
  controls: [],
  interactions: interactions({ altShiftDragRotate: false, pinchRotate: false, doubleClickZoom: false, keyboard: false, shiftDragZoom: false }),
  maxTilesLoading: 12,
});

// One layer a year, made when first asked for: going back to a year costs nothing.
const builtupLayers = new Map();
function builtupLayer() {
  if (!builtupLayers.has(view.year)) {
    const layer = new VectorTileLayer({
      source: tileSource('builtup', `&year=${view.year}`),
      style: builtupStyle(view.year), maxResolution: LEVELS.parcels * stretch(middle), zIndex: 2,
    });
    builtupLayers.set(view.year, layer);
    map.addLayer(layer);
  }
  return builtupLayers.get(view.year);
}

function showBuiltup() {
  const shown = view.builtup ? builtupLayer() : null;
  for (const layer of builtupLayers.values()) layer.setVisible(layer === shown);
}

function busy() {
  root.removeAttribute('data-ready');
}

function retryTiles() {
  busy();
  parcels.refresh();
  if (view.builtup) builtupLayer().getSource().refresh();
}

function redraw() {
  busy();
  parcelLayer.changed();
  outlineLayer.changed();
  textLayer.changed();
}

// ---- what floats over the map ----

const note = el('div', { class: 'float note', role: 'status', hidden: true });
const tip = el('div', { class: 'float tip', hidden: true });
const chips = el('div', { class: 'mchips' });
const expand = el('button', { type: 'button', class: 'float expand', title: t('panel.expand'), 'aria-label': t('panel.expand'),
  hidden: true, onclick: () => act.collapse(false) }, drawing('i-right'));

/** One message at a time; it stays until closed or mended. */
function fail(errorCode, again) {
  if (failed && failed.isConnected) return;
  const retry = el('button', { type: 'button', class: 'btn primary', text: t('error.retry') });
  const close = el('button', { type: 'button', class: 'btn quiet iconbtn', title: t('close'), 'aria-label': t('close') }, drawing('i-close'));
  failed = el('div', { class: 'errbox', role: 'alert', 'data-code': errorCode },
    el('div', { class: 'lead' }, drawing('i-stop')),
    el('div', {}, el('b', { text: t('error.title', { code: errorCode }) }), el('div', { class: 'muted small', text: t('error.kept') })),
    el('div', { class: 'acts' }, retry, close));
  const box = failed;
  retry.addEventListener('click', () => {
    box.remove();
    again();
  });
  close.addEventListener('click', () => box.remove());
  host.append(box);
}

function state() {
  return {
    centre: toDegrees(olView.getCenter()), resolution: view.ground(), parcel: view.selected, theme: view.theme, year: view.year,
  };
}
function write(push) {
  const target = address(state());
  if (push) window.history.pushState(null, '', target);
  else window.history.replaceState(null, '', target);
}
function changeFilter(change) {
  window.location.assign(withFilter(address(state()), change));
}

/** Show everything; where there is no park to show from afar, as much as still shows single parcels. */
function home() {
  olView.fit(extent, { size: map.getSize(), padding: AROUND });
  if (!page.parks.length && view.ground() > CLOSE) olView.setResolution(olView.getResolution() * CLOSE / view.ground());
}

const act = {
  /** Select a parcel by its lasting identity; `move` brings it into view. */
  async select(id, move = false) {
    view.selected = Number(id);
    redraw();
    write(true);
    const found = await side.show(id);
    if (!found) {
      view.selected = null;
      redraw();
      return;
    }
    if (move) bring(found);
    write(false);
  },
  clear() {
    if (view.selected === null) return;
    view.selected = null;
    side.nothing();
    redraw();
    write(true);
    say(t('live.cleared'));
  },
  hover(id) {
    if (view.hovered === id) return;
    view.hovered = id;
    outlineLayer.changed();
  },
  zoomTo(found) {
    olView.fit(transformExtent(found.bounds, DEGREES, projection), {
      padding: [96, 96, 96, 96], maxZoom: undefined, minResolution: 0.3 * stretch(middle), duration: 250,
    });
  },
  link: () => new URL(address(state()), window.location.href).href,
  fail,
  choose(name, value) {
    changeFilter((query) => {
      const values = query.getAll(name);
      query.delete(name);
      for (const other of values) if (other !== value) query.append(name, other);
      if (!values.includes(value)) query.append(name, value);
    });
  },
  total: showChips,
  table: () => `/parcels?${withDays(filterQuery())}`,
  collapse(hide) {
    aside.hidden = hide;
    expand.hidden = !hide;
    map.updateSize();
    (hide ? expand : aside.querySelector('.collapse')).focus();
  },
  focusSearch: () => finder.focus(),
};

function withDays(query) {
  for (const [name, value] of days()) query.set(name, value);
  return query;
}

/** Bring a parcel into view: pan if it is on the screen at a readable size, else zoom. */
function bring(found) {
  if (view.ground() > LEVELS.normal) act.zoomTo(found);
  else olView.animate({ center: toMap(found.centre), duration: 200 });
}

function showChips(total) {
  const parks = Object.fromEntries((page.parks || []).map((park) => [park.park_code, park.park_name]));
  const verdicts = page.verdicts || {};
  const names = { park: (v) => parks[v] || v, status: (v) => (page.statuses.find((s) => s.code === v) || { word: v }).word,
    verdict: (v) => verdicts[v] || v };
  const shown = [...filterQuery()].filter(([name]) => page.words[`chip.${name}`]).map(([name, value]) => {
    const word = (names[name] || String)(value);
    const remove = el('button', { type: 'button', class: 'x', title: t('chip.remove', { name: word }), 'aria-label': t('chip.remove', { name: word }),
      onclick: () => changeFilter((query) => {
        const kept = query.getAll(name).filter((other) => other !== value);
        query.delete(name);
        kept.forEach((other) => query.append(name, other));
      }) }, drawing('i-close'));
    return el('span', { class: 'chip' }, el('span', { class: 'k', text: t(`chip.${name}`) }), word, remove);
  });
  chips.replaceChildren(...shown, el('a', { class: 'btn', href: act.table() }, drawing('i-table'), t('map.table', { n: number(total) })));
  say(t('live.results', { n: number(total) }));
}

const aside = document.getElementById('panel');
const key = legend(view);
const ruler = measure(map, toDegrees);

function changed(name) {
  if (name === 'builtup' || name === 'theme') {
    view.plain = view.theme === 'builtup';
    if (view.plain) view.builtup = true;
    slider.box.hidden = !view.builtup;
  }
  showBuiltup();
  key.show();
  redraw();
  write(name === 'theme');
}

const slider = years(view, changed);
const switches = layerSwitches(view, changed);
const theme = themes(view, (name) => {
  view.builtup = name === 'builtup';
  switches.show();
  changed('theme');
});
const finder = search({
  goTo(place) {
    olView.animate({ center: toMap(place), resolution: Math.min(olView.getResolution(), 2 * stretch(middle)), duration: 200 });
  },
  select: (id, move) => act.select(id, move),
  open: (filter) => changeFilter((query) => {
    query.delete('c');
    query.delete('r');
    for (const [name, value] of Object.entries(filter)) query.set(name, value);
  }),
});
const side = panel(aside, act, switches.box);
const help = keyboard(root, {
  host, map, act, side, finder, ruler, home,
  legend: () => {
    key.box.hidden = !key.box.hidden;
  },
  dossier: () => side.shown() && window.location.assign(dossier(side.shown())),
});
const bar = tools({ map, olView, ruler, home, help: help.toggle });

// ---- pointer ----

const kept = new Map();
let tipTimer = 0;

function under(pixel) {
  const ids = new Map();
  map.forEachFeatureAtPixel(pixel, (feature) => {
    if (feature.get('layer') === 'parcel') ids.set(feature.getId(), feature.get('status'));
  }, { layerFilter: (layer) => layer === parcelLayer });
  return ids;
}

function showTip(pixel, id, state_, found) {
  const word = found ? found.idle.finding || found.idle.word : '';
  tip.replaceChildren(
    ...(found ? [el('div', {}, code(found.parcel_code)), el('div', { class: 't', text: found.holder || '—' })] : []),
    el('div', { class: 't' }, status(state_), word && ` · ${word}`));
  tip.hidden = false;
  const [width, height] = map.getSize();
  tip.style.left = `${Math.max(4, Math.min(pixel[0] + 14, width - tip.offsetWidth - 8))}px`;
  tip.style.top = `${pixel[1] + 18 + tip.offsetHeight > height ? pixel[1] - tip.offsetHeight - 10 : pixel[1] + 18}px`;
}

function hideTip() {
  clearTimeout(tipTimer);
  tip.hidden = true;
  act.hover(null);
}

map.on('pointermove', (event) => {
  if (event.dragging || ruler.active()) return hideTip();
  const [first] = under(event.pixel);
  if (!first) return hideTip();
  const [id, state_] = first;
  if (id !== view.hovered) {
    act.hover(id);
    clearTimeout(tipTimer);
    tipTimer = setTimeout(async () => {
      if (!kept.has(id)) kept.set(id, await read(`/api/v1/parcels/by-id/${id}?${days()}`).catch(() => null));
      if (view.hovered === id && !tip.hidden) showTip(event.pixel, id, state_, kept.get(id));
    }, TIP_PAUSE_MS);
  }
  showTip(event.pixel, id, state_, kept.get(id));
  return undefined;
});
canvas.addEventListener('pointerleave', hideTip);

map.on('singleclick', async (event) => {
  if (ruler.active()) return;
  const ids = [...under(event.pixel).keys()];
  if (!ids.length) act.clear();
  else if (ids.length === 1) act.select(ids[0]);
  else {
    const found = await Promise.all(ids.map((id) => read(`/api/v1/parcels/by-id/${id}?${days()}`).catch(() => null)));
    side.several(found.filter(Boolean).map((one) => ({ ...one, status: one.idle.status, word: one.idle.status_word })));
  }
});
map.on('dblclick', (event) => {
  if (ruler.active()) return;
  event.preventDefault();
  const [id] = under(event.pixel).keys();
  if (id === undefined) olView.animate({ resolution: olView.getResolution() / 2, anchor: event.coordinate, duration: 200 });
  else act.select(id).then(() => side.shown() && act.zoomTo(side.shown()));
});

// ---- state of the drawing, address ----

let urlTimer = 0;
olView.on(['change:center', 'change:resolution'], busy);
map.on('rendercomplete', () => {
  root.setAttribute('data-ready', '1');
  crowd();
});
map.on('moveend', () => {
  clearTimeout(urlTimer);
  urlTimer = setTimeout(() => write(false), URL_PAUSE_MS);
  key.show();
});
window.addEventListener('popstate', () => window.location.reload());

/** Say it where more parcels lie than are drawn. */
function crowd() {
  let n = 0;
  if (view.ground() > LEVELS.normal && view.ground() <= LEVELS.parcels) {
    const box = olView.calculateExtent(map.getSize());
    for (const feature of parcelLayer.getFeaturesInExtent(box)) if (feature.get('layer') === 'crowd') n += feature.get('n');
  }
  note.hidden = n === 0;
  if (n) note.replaceChildren(t('map.too_many', { n: number(n) }), el('button', { type: 'button', class: 'btn', text: t('tool.zoom_in'),
    onclick: () => olView.animate({ resolution: olView.getResolution() / 2, duration: 200 }) }));
}

host.append(bar.box, chips, ...[theme.box, key.box, readout(map, view.ground, toDegrees), slider.box, ruler.box, note, tip, expand].filter(Boolean));
slider.box.hidden = !view.builtup;
showBuiltup();
if (!wanted.centre || !wanted.resolution) home();
key.show();
showChips(page.total === undefined ? Object.values(page.counts).reduce((sum, n) => sum + n, 0) : page.total);
side.results();
if (wanted.parcel) {
  view.selected = wanted.parcel;
  side.show(wanted.parcel).then((found) => {
    if (!found) view.selected = null;
    else if (!wanted.centre) act.zoomTo(found);
    redraw();
  });
}

// For tests and for people at the console.
root.landstock = { map, parcels: parcelLayer, builtup: builtupLayer, view, select: act.select, toMap, toDegrees };
