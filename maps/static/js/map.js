/** The map page: puts its parts together and holds what they do with each other: selection, filter, address. */
import { Map as OlMap, interactions } from '../vendor/ol.js';
import { baseMaps } from './basemap.js';
import { choosing } from './choosing.js';
import { compare } from './compare.js';
import { layerSwitches, themes, tools } from './controls.js';
import { LEVELS } from './grids.js';
import { keyboard } from './keys.js';
import { legend } from './legend.js';
import { chipBar } from './map_chips.js';
import { addressing } from './map_history.js';
import { notes } from './map_notes.js';
import { pointer } from './map_pointer.js';
import { tileLayers } from './map_tiles.js';
import { extent, home, middle, olView, stretch, toDegrees, toMap, view, zoomTo } from './map_view.js';
import { measure } from './measure.js';
import { drawing, el, filterQuery, page, say, t } from './page.js';
import { dossier, panel } from './panel.js';
import { panelSize } from './panel_size.js';
import { readout } from './readout.js';
import { attachSearch } from './search_box.js';
import { days, wanted, withFilter } from './url.js';
import { years } from './years.js';

const root = document.getElementById('map'); // takes the focus and the keys
const host = root.parentElement; // holds what floats over it
const aside = document.getElementById('panel');
const canvas = el('div', { class: 'canvas' });
root.replaceChildren(canvas);

// ---- drawing ----

const moves = () => interactions({ altShiftDragRotate: false, pinchRotate: false, doubleClickZoom: false, keyboard: false, shiftDragZoom: false });
const busy = () => root.removeAttribute('data-ready');
const tiles = tileLayers(page.run, { busy, failed: (code) => said.fail(code, retry) });
const bases = baseMaps();
const map = new OlMap({ target: canvas, view: olView, layers: [...bases.layers, ...tiles.layers], controls: [], interactions: moves(), maxTilesLoading: 12 });
canvas.append(bases.line);
const said = notes(host, map, tiles.fill);
const beside = compare(canvas, moves, {
  failed: (code) => said.fail(code, retry),
  leave: () => changeFilter((query) => query.delete('vs')),
});

function retry() {
  busy();
  tiles.refresh();
  if (beside) beside.refresh();
}
function redraw() {
  busy();
  tiles.redraw();
  if (beside) beside.tiles.redraw();
}
function showBuiltup() {
  tiles.showYear(map, view.builtup ? view.year : null);
  if (beside) beside.show();
}

// ---- address ----

const trail = addressing({
  themed: (other) => themed(other),
  select(id) {
    view.selected = id;
    redraw();
    side.show(id).then((found) => found === null && missed(id));
  },
  nothing: () => unselect(),
});
function changeFilter(change) {
  window.location.assign(withFilter(trail.here(), change));
}
function tableAddress() {
  const query = filterQuery();
  for (const [name, value] of days()) query.set(name, value);
  return `/parcels?${query}`;
}

// ---- what the parts ask of the page ----

const expand = el('button', { type: 'button', class: 'float expand', title: t('panel.expand'), 'aria-label': t('panel.expand'),
  hidden: true, onclick: () => act.collapse(false) }, drawing('i-right'));

const act = {
  /** Select a parcel by its lasting identity; `move` brings it into view. */
  async select(id, move = false) {
    view.selected = Number(id);
    redraw();
    trail.write(true);
    const found = await side.show(id);
    if (found === null) missed(Number(id));
    else if (found && move) bring(found);
  },
  clear() {
    if (group.chosen()) group.clear();
    if (unselect()) trail.write(true);
  },
  hover(id) {
    if (view.hovered === id) return;
    view.hovered = id;
    tiles.outline.changed();
    if (beside) beside.tiles.outline.changed();
  },
  zoomTo, redraw, changeFilter,
  fail: said.fail,
  link: () => new URL(trail.here(), window.location.href).href,
  /** Put a parcel to the chosen ones, or take it away. */
  choose: (id) => group.toggle(Number(id)),
  /** Put a value to a condition of the filter, or take it away. */
  condition(name, value) {
    changeFilter((query) => {
      const values = query.getAll(name);
      query.delete(name);
      for (const other of values) if (other !== value) query.append(name, other);
      if (!values.includes(value)) query.append(name, value);
    });
  },
  total: (n) => chips.show(n),
  table: tableAddress,
  collapse(hide) {
    aside.hidden = hide;
    expand.hidden = !hide;
    size.away(hide);
    resized();
    (hide ? expand : aside.querySelector('.collapse')).focus();
  },
  focusSearch: () => finder.focus(),
};

/** A parcel that did not come is not selected, unless another one was meanwhile. */
function missed(id) {
  if (view.selected !== id) return;
  view.selected = null;
  redraw();
}
/** Leave no parcel selected; says whether one was. */
function unselect() {
  if (view.selected === null) return false;
  view.selected = null;
  side.nothing();
  redraw();
  say(t('live.cleared'));
  return true;
}

/** Bring a parcel into view: pan if it is on the screen at a readable size, else zoom. */
function bring(found) {
  if (view.ground() > LEVELS.normal) zoomTo(found);
  else olView.animate({ center: toMap(found.centre), duration: 200 });
}
function resized() {
  map.updateSize();
  if (beside) beside.map.updateSize();
}

/** What was found by the search box of the header. */
function picked(item) {
  if (item.kind === 'coordinate') {
    olView.animate({ center: toMap([item.lon, item.lat]), resolution: Math.min(olView.getResolution(), 2 * stretch(middle)), duration: 200 });
  } else if (item.entity_id && (item.kind !== 'holder' || item.n === 1)) act.select(item.entity_id, true);
  else {
    changeFilter((query) => {
      for (const name of ['c', 'r']) query.delete(name);
      if (item.kind === 'park') query.set('park', item.park_code);
      else query.set('holder', item.text);
    });
  }
}

// ---- parts ----

const chips = chipBar(act);
const key = legend(view);
const ruler = measure(map, toDegrees);
const drawings = [{ map, canvas, fill: tiles.fill, day: null }];
if (beside) drawings.push({ map: beside.map, canvas: beside.canvas, fill: beside.tiles.fill, day: page.vs.as_of });
const group = choosing({ drawings, host, act });
const slider = years(view, changed);
const switches = layerSwitches(view, changed, bases.box);
const theme = themes(view, () => changed('theme'));
const input = document.getElementById('search');
const finder = input ? attachSearch(input, picked) : { focus() {} };
const side = panel(aside, act, switches.box);
const size = panelSize(aside, resized);

/** Show the theme and year of the view; `other`: the theme is another one than before. */
function themed(other) {
  if (other) view.builtup = view.theme === 'builtup';
  view.plain = view.theme === 'builtup';
  slider.show(view.builtup);
  showBuiltup();
  switches.show();
  theme.show();
  key.show();
  if (other) retry();
  redraw();
}
function changed(name) {
  themed(name === 'theme');
  trail.write(name === 'theme');
}

const bar = tools({ olView, ruler, group, home: () => home(map), help: () => help.toggle() });
const help = keyboard(root, {
  host, map, act, side, finder, home: () => home(map), tools: bar,
  legend: () => {
    key.box.hidden = !key.box.hidden;
  },
  dossier: () => side.shown() && window.location.assign(dossier(side.shown())),
});
for (const one of drawings) one.canvas.append(pointer({ ...one, view, act, side, drawing: () => ruler.active() || group.active() }));

// ---- start ----

olView.on(['change:center', 'change:resolution'], busy);
map.on('rendercomplete', () => {
  root.setAttribute('data-ready', '1');
  said.crowd();
});
map.on('moveend', () => {
  trail.moved();
  key.show();
});

host.append(...[bases.text, bar.box, chips.box, theme.box, key.box, readout(map, view.ground, toDegrees), slider.box, ruler.box, expand].filter(Boolean));
if (size.hidden) {
  aside.hidden = true;
  expand.hidden = false;
  size.away(true);
  resized();
}
slider.show(view.builtup);
showBuiltup();
if (!wanted.centre || !wanted.resolution) home(map);
key.show();
chips.show(page.total);
said.unread();
side.results();
if (wanted.parcel) {
  view.selected = wanted.parcel;
  side.show(wanted.parcel).then((found) => {
    if (found === null) missed(wanted.parcel);
    else if (found && !wanted.centre) zoomTo(found);
    redraw();
  });
}

// For tests and for people at the console.
root.landstock = {
  map, parcels: tiles.fill, builtup: () => tiles.builtup(map, view.year), view, select: act.select, toMap, toDegrees, extent,
  second: beside && beside.map, secondParcels: beside && beside.tiles.fill,
};
