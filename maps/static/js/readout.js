/** Scale line and coordinates under the pointer: X north first, in the 3-degree zone of the longitude. */
import { proj4 } from '../vendor/ol.js';
import { zoneDefinition } from './grids.js';
import { copy, decimal, el, number, t } from './page.js';

const LONGEST_PX = 120;
const FORMS = ['zone', 'prefix', 'degrees', 'dms'];
const converters = new Map();

/** Central meridian of the 3-degree zone of a longitude; a border belongs to the zone east of it. */
export function meridianOf(lon) {
  return Math.floor((lon + 1.5) / 3) * 3;
}

function metric(lon, lat, meridian, prefix) {
  const key = `${meridian} ${prefix}`;
  if (!converters.has(key)) converters.set(key, proj4('EPSG:4490', zoneDefinition(meridian, prefix)));
  const [y, x] = converters.get(key).forward([lon, lat]);
  return { x: x.toFixed(2), y: y.toFixed(2) };
}

function dms(value) {
  const seconds = Math.round(Math.abs(value) * 360000) / 100;
  const pad = (n, width) => n.padStart(width, '0');
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)}°${pad(String(minutes % 60), 2)}′${pad((seconds % 60).toFixed(2), 5)}″`;
}

/** A place in one of the forms of the readout. */
export function written(lon, lat, form) {
  const meridian = meridianOf(lon);
  switch (form) {
    case 'zone':
      return t('readout.zone', { ...metric(lon, lat, meridian, false), cm: meridian });
    case 'prefix':
      return t('readout.prefix', { ...metric(lon, lat, meridian, true), zone: meridian / 3 });
    case 'degrees':
      return t('readout.degrees', { lat: lat.toFixed(6), lon: lon.toFixed(6) });
    default:
      return t('readout.degrees', { lat: dms(lat), lon: dms(lon) }).replace(/″°/g, '″');
  }
}

/** The longest round length (1, 2 or 5 times a power of ten) that fits the line, in metres. */
export function roundLength(metres) {
  const power = 10 ** Math.floor(Math.log10(metres));
  return [5, 2, 1].map((step) => step * power).find((length) => length <= metres);
}

/** The box at the lower left; `ground()` gives m/px, `degrees(pixel place)` a place in degrees. */
export function readout(map, ground, degrees) {
  let form = 0;
  let at = null;
  const bar = el('i');
  const length = el('span');
  const place = el('button', { type: 'button', title: t('readout.cycle') });
  const box = el('div', { class: 'float readout' }, el('div', { class: 'sc' }, bar, length), place);

  function showScale() {
    const metres = roundLength(ground() * LONGEST_PX);
    bar.style.width = `${Math.round(metres / ground())}px`;
    length.textContent = metres < 1000
      ? t('readout.metres', { n: metres < 1 ? decimal(metres, 2) : number(metres) })
      : t('readout.km', { n: number(metres / 1000) });
  }
  function showPlace() {
    const [lon, lat] = degrees(at || map.getView().getCenter());
    place.textContent = written(lon, lat, FORMS[form]);
  }
  place.addEventListener('click', () => {
    form = (form + 1) % FORMS.length;
    showPlace();
    copy(place.textContent);
  });
  map.on('pointermove', (event) => {
    at = event.coordinate;
    showPlace();
  });
  map.getView().on(['change:resolution', 'change:center'], () => {
    showScale();
    if (!at) showPlace();
  });
  showScale();
  showPlace();
  return box;
}
