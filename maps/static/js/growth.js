/** The map of the growth page: year of completion up to a chosen year; chart and ledger mark the same year. */
import {
  Fill, MVT, Map as OlMap, Stroke, Style, VectorTileLayer, VectorTileSource, View, getPointResolution, interactions, transformExtent,
} from '../vendor/ol.js';
import { LEVELS, grid as tileGrid } from './grids.js';
import { area, drawing, el, page, read, say, t } from './page.js';
import { textStyle, tileStyle, yearColour } from './styles.js';
import { yearSlider as slider } from './years.js';

const PLAY_MS = 1200;
const root = document.getElementById('growth-map');
const host = root.parentElement;
const still = window.matchMedia('(prefers-reduced-motion: reduce)');
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const { projection, tiles: grid } = tileGrid(page.grid);
const extent = transformExtent(page.extent, 'EPSG:4326', projection);
const middle = [(extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2];
const stretch = 1 / getPointResolution(projection, 1, middle, 'm');
const view = {
  year: page.years[page.years.length - 1], patterns: false, parks: true, parcels: true, labels: false, plain: true, selected: null,
  growth(code) {
    const found = (page.growth_of[code] || {})[view.year];
    return found === undefined ? '—' : area(found, true);
  },
  ground: () => olView.getResolution() / stretch,
};
const olView = new View({
  projection, center: middle, resolution: stretch, minResolution: 0.2 * stretch, maxResolution: grid.getResolutions()[3],
  constrainResolution: false, enableRotation: false,
});

const busy = () => root.removeAttribute('data-ready');
let failed = null;
function fail(code) {
  if (failed) return;
  failed = el('div', { class: 'errbox', role: 'alert', 'data-code': code },
    el('div', { class: 'lead' }, drawing('i-stop')),
    el('div', {}, el('b', { text: t('error.title', { code }) }), el('div', { class: 'muted small', text: t('error.kept') })),
    el('div', { class: 'acts' }, el('button', {
      type: 'button', class: 'btn primary', text: t('error.retry'),
      onclick() {
        failed.remove();
        failed = null;
        for (const layer of map.getLayers().getArray()) layer.getSource().refresh();
      },
    })));
  host.append(failed);
}

function source(layers, more = '') {
  const made = new VectorTileSource({
    format: new MVT(), tileGrid: grid, projection, wrapX: false,
    tileUrlFunction([z, x, y]) {
      const query = new URLSearchParams({ run: page.run.run_id, layers });
      if (page.filter.park) query.set('park', page.filter.park);
      if (page.run.publication_id) query.set('v', page.run.publication_id);
      return `/tiles/${page.grid}/${z}/${x}/${y}.mvt?${query}${more}`;
    },
    tileLoadFunction(tile, address) {
      tile.setLoader((box, resolution, featureProjection) => {
        read(address, 'bytes').then((bytes) => {
          tile.setFeatures(tile.getFormat().readFeatures(bytes, { extent: box, featureProjection }));
        }).catch((error) => {
          tile.setState(3);
          fail(error.code || 'TILE');
        });
      });
    },
  });
  made.on('tileloadstart', busy);
  return made;
}

// Earlier years lie over later ones: of every patch one sees the year in which it was first there.
const layers = new Map(page.years.map((year, index) => [year, new VectorTileLayer({
  source: source('builtup', `&year=${year}`), maxResolution: LEVELS.parcels * stretch, zIndex: 1 + page.years.length - index,
  style: (feature) => styleOf(year, feature),
})]));
const styles = new Map();
function styleOf(year) {
  const fresh = year === view.year && year !== page.years[0];
  const key = `${year} ${fresh}`;
  if (!styles.has(key)) {
    styles.set(key, new Style({
      fill: new Fill({ color: fresh ? token('--y-new') : yearColour(year) }),
      stroke: new Stroke({ color: fresh ? token('--y-new') : yearColour(year), width: 0.7 }),
    }));
  }
  return styles.get(key);
}
const parks = new VectorTileLayer({ source: source('park,parcel'), style: tileStyle(view), zIndex: 0 });
const outline = new VectorTileLayer({
  source: parks.getSource(), zIndex: 40, renderMode: 'vector',
  style: (feature) => (feature.get('layer') === 'park'
    ? new Style({ stroke: new Stroke({ color: token('--c-brand'), width: 1.8, lineDash: [12, 4, 2, 4] }) }) : null),
});
// Seen from afar a park says its built-up area of the year in words, as the ledger has it.
const names = new VectorTileLayer({ source: parks.getSource(), zIndex: 50, renderMode: 'vector', declutter: true, style: textStyle(view) });

const map = new OlMap({
  target: root, view: olView, layers: [parks, ...layers.values(), outline, names], controls: [], keyboardEventTarget: root,
  interactions: interactions({ altShiftDragRotate: false, pinchRotate: false, shiftDragZoom: false, mouseWheelZoom: true }),
});
map.on('rendercomplete', () => {
  root.setAttribute('data-ready', '1');
  coarse.hidden = view.ground() <= LEVELS.parcels;
});

const zoom = (factor) => () => olView.animate({ resolution: olView.getResolution() * factor, duration: still.matches ? 0 : 150 });
const home = () => olView.fit(extent, { size: map.getSize(), padding: [24, 24, 84, 24] });
const tool = (icon, name, onclick) => el('button', { type: 'button', 'aria-label': t(name), title: t(name), onclick }, drawing(`i-${icon}`));
host.append(el('div', { class: 'float tools', role: 'toolbar', 'aria-label': t('map.tools'), 'aria-orientation': 'vertical' },
  tool('plus', 'tool.zoom_in', zoom(0.5)), tool('minus', 'tool.zoom_out', zoom(2)), tool('home', 'tool.home', home)));
const coarse = el('div', { class: 'float coarse small', role: 'status', hidden: true, text: t('growth.coarse') });
const key = el('ul', {});
host.append(coarse, el('div', { class: 'float legend' }, el('h3', { text: t('growth.legend') }), key));

function swatch(colour) {
  return el('i', { class: 'yearkey', style: `background:${colour}` });
}
function legend() {
  const rows = page.years.filter((year) => year <= view.year).map((year, index) => el('li', {},
    swatch(year === view.year && index ? token('--y-new') : yearColour(year)),
    t(index === 0 ? 'growth.until' : year === view.year ? 'growth.added' : 'growth.year', { year })));
  key.replaceChildren(...rows);
}

function mark() {
  for (const node of document.querySelectorAll('[data-year]')) {
    const on = Number(node.dataset.year) === view.year;
    node.classList.toggle(node.tagName === 'TR' ? 'sel' : 'on', on);
  }
}

function show() {
  for (const [year, layer] of layers) {
    layer.setVisible(year <= view.year);
    layer.changed();
  }
  names.changed();
  busy();
  mark();
  legend();
  const query = new URLSearchParams(window.location.search);
  query.set('y', view.year);
  window.history.replaceState(null, '', `${window.location.pathname}?${query}`);
}

const asked = Number(new URLSearchParams(window.location.search).get('y'));
if (page.years.includes(asked)) view.year = asked;
if (page.years.length) {
  const control = slider(view, () => {
    show();
    say(t('growth.said', { year: view.year }));
  });
  control.box.hidden = page.years.length < 2;
  let timer = null;
  const forward = control.box.querySelectorAll('button')[1];
  const range = control.box.querySelector('input');
  const play = el('button', { type: 'button', class: 'btn quiet iconbtn play', title: t('growth.play'), 'aria-label': t('growth.play'), 'aria-pressed': 'false' }, drawing('i-right'), el('span', { text: t('growth.play') }));
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.setAttribute('aria-pressed', 'false');
  };
  play.addEventListener('click', () => {
    if (timer) {
      stop();
      return;
    }
    if (range.value === range.max) {
      range.value = '0';
      range.dispatchEvent(new Event('input'));
    }
    play.setAttribute('aria-pressed', 'true');
    timer = setInterval(() => {
      forward.click();
      if (range.value === range.max) stop();
    }, PLAY_MS);
  });
  const motion = () => {
    play.hidden = still.matches;
    if (still.matches && timer) stop();
  };
  still.addEventListener('change', motion);
  motion();
  control.box.append(play);
  host.append(control.box);
}
home();
show();
