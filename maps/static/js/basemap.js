/** Base maps: pictures below the parcels, all through this server. One at a time, with any overlays above it. */
import { TileLayer, XYZ } from '../vendor/ol.js';
import { grid } from './grids.js';
import { el, page, t } from './page.js';
import { swipe } from './swipe.js';

const CHOICE = 'landstock.basemap';
const EMPTY = 4;
const FAILED = 3;

function kept() {
  try {
    return JSON.parse(localStorage.getItem(CHOICE)) || {};
  } catch {
    return {}; // nothing is kept where the browser forbids it
  }
}

function keep(choice) {
  try {
    localStorage.setItem(CHOICE, JSON.stringify(choice));
  } catch {
    // the choice then holds for this page
  }
}

/** Layers of the configured base maps, the choice for the panel, and the text of their sources for the map. */
export function baseMaps() {
  const choice = kept();
  const ground = page.basemaps.filter((one) => !one.overlay);
  const above = page.basemaps.filter((one) => one.overlay);
  let base = choice.base === undefined || (choice.base !== null && !ground.some(({ id }) => id === choice.base))
    ? (ground[0] || { id: null }).id : choice.base;
  const hidden = new Set(choice.hidden || []);
  const isGround = (id) => ground.some((one) => one.id === id);
  let right = base !== null && isGround(choice.right) && choice.right !== base ? choice.right : null;
  let at = choice.at >= 0 && choice.at <= 100 ? choice.at : 50;
  const shown = (one) => (one.overlay ? !hidden.has(one.id) && base !== null : one.id === base || one.id === right);
  const line = swipe({ at, moved(percent) {
    at = percent;
    for (const one of layers) one.changed();
    save();
  } });
  const save = () => keep({ base, right, at, hidden: [...hidden] });
  let failed = false;

  function layer(one) {
    const { projection, tiles } = grid(one.grid);
    const source = new XYZ({
      projection, tileGrid: tiles, url: `/basemap/${one.id}/{z}/{x}/{y}`,
      tileLoadFunction(tile, address) {
        fetch(address).then((answer) => {
          if (answer.ok) return answer.blob();
          if (answer.status !== 404) fault(true);
          tile.setState(answer.status === 404 ? EMPTY : FAILED);
          return null;
        }).then((picture) => {
          if (!picture) return;
          const image = tile.getImage();
          const url = URL.createObjectURL(picture);
          image.addEventListener('load', () => URL.revokeObjectURL(url), { once: true });
          image.src = url;
        }).catch(() => {
          fault(true);
          tile.setState(FAILED);
        });
      },
    });
    const made = new TileLayer({ source, zIndex: one.overlay ? 0.5 : 0, visible: shown(one), properties: { basemap: one.id } });
    if (!one.overlay) line.clip(made, () => (right === null ? null : one.id === right ? 'right' : 'left'));
    return made;
  }

  const layers = page.basemaps.map(layer);
  const text = el('p', { class: 'basesource', role: 'status' });
  const off = el('button', { type: 'button', class: 'linkbtn', onclick: () => choose(null), text: t('layers.base_close') });

  function tell() {
    const names = page.basemaps.filter(shown).map(({ attribution, approval }) => [attribution, approval].filter(Boolean).join(' '));
    text.replaceChildren(...(failed ? [t('layers.base_fault'), ' ', off] : [[...new Set(names)].join(' · ')]));
    text.hidden = !failed && !names.length;
  }

  function fault(is) {
    if (failed === is) return;
    failed = is;
    tell();
  }

  const radios = new Map();
  function show() {
    page.basemaps.forEach((one, n) => layers[n].setVisible(shown(one)));
    for (const [id, radio] of radios) radio.checked = id === base;
    compared();
    failed = false;
    tell();
    save();
  }
  function choose(id) {
    base = id;
    if (base === null || right === base) right = null;
    show();
  }
  function radio(id, name) {
    const input = el('input', { type: 'radio', name: 'basemap', value: String(id) });
    input.addEventListener('change', () => choose(id));
    input.checked = id === base;
    radios.set(id, input);
    return el('label', { class: 'check' }, input, name);
  }
  function overlay(one) {
    const input = el('input', { type: 'checkbox' });
    input.checked = !hidden.has(one.id);
    input.addEventListener('change', () => {
      if (input.checked) hidden.delete(one.id);
      else hidden.add(one.id);
      show();
    });
    return el('label', { class: 'check' }, input, one.name);
  }
  /** The other base map, right of the line: only where there are two. */
  const other = el('select', { class: 'input slim', name: 'right' }, el('option', { value: '', text: t('swipe.none') }),
    ...ground.map(({ id, name }) => el('option', { value: String(id), text: name })));
  other.addEventListener('change', () => {
    right = other.value === '' ? null : Number(other.value);
    show();
  });
  function compared() {
    const nameOf = (id) => ground.find((one) => one.id === id).name;
    other.disabled = base === null;
    other.value = right === null ? '' : String(right);
    for (const option of other.options) option.disabled = option.value === String(base);
    line.show(right === null ? null : [nameOf(base), nameOf(right)]);
  }
  compared();
  const rows = page.basemaps.length
    ? [radio(null, t('layers.base_off')), ...ground.map(({ id, name }) => radio(id, name)),
      ...(ground.length > 1 ? [el('label', { class: 'swipe-choice' }, t('swipe.right'), other)] : []), ...above.map(overlay)]
    : [el('p', { class: 'muted small', text: t('layers.base_none') })];
  const box = el('div', { class: 'psec', role: 'group', 'aria-label': t('layers.base') }, el('h3', { text: t('layers.base') }), ...rows);
  tell();
  return { layers, box, text, line: line.box };
}
