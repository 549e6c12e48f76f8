/** The pointer over the map: what lies under it, a word on it, and the choice of a parcel. */
import { olView } from './map_view.js';
import { code, el, read, status } from './page.js';
import { swatch } from './patterns.js';
import { themeClass } from './styles.js';
import { days } from './url.js';

const TIP_PAUSE_MS = 120;

/**
 * @param {{map: object, canvas: HTMLElement, fill: object, day: string|null, view: object, act: object, side: object,
 *          drawing: function(): boolean}} parts `day`: that of the drawing where it is not the page's;
 *          `drawing` says whether a tool has the pointer
 */
export function pointer({ map, canvas, fill, day, view, act, side, drawing }) {
  const kept = new Map();
  const tip = el('div', { class: 'float tip', hidden: true });
  let timer = 0;

  function under(pixel) {
    const ids = new Map();
    map.forEachFeatureAtPixel(pixel, (feature) => {
      if (feature.get('layer') === 'parcel') ids.set(feature.getId(), { state: feature.get('status'), theme: themeClass(view.theme, feature.get('theme')) });
    }, { layerFilter: (layer) => layer === fill });
    return ids;
  }
  function asked(id) {
    const query = days();
    if (day) query.set('as_of', day);
    return read(`/api/v1/parcels/by-id/${id}?${query}`).catch(() => null);
  }

  function show(pixel, id, { state, theme }, found) {
    const word = found ? found.idle.finding || found.idle.word : '';
    tip.replaceChildren(
      ...(found ? [el('div', {}, code(found.parcel_code)), el('div', { class: 't', text: found.holder || '—' })] : []),
      el('div', { class: 't' }, status(state), word && ` · ${word}`),
      ...(theme ? [el('div', { class: 't shaded' }, swatch(theme.fill, theme.pattern), theme.word)] : []));
    tip.hidden = false;
    const [width, height] = map.getSize();
    tip.style.left = `${Math.max(4, Math.min(pixel[0] + 14, width - tip.offsetWidth - 8))}px`;
    tip.style.top = `${pixel[1] + 18 + tip.offsetHeight > height ? pixel[1] - tip.offsetHeight - 10 : pixel[1] + 18}px`;
  }
  function hide() {
    clearTimeout(timer);
    tip.hidden = true;
    act.hover(null);
  }

  map.on('pointermove', (event) => {
    if (event.dragging || drawing()) return hide();
    const [first] = under(event.pixel);
    if (!first) return hide();
    const [id, state] = first;
    if (id !== view.hovered) {
      act.hover(id);
      clearTimeout(timer);
      timer = setTimeout(async () => {
        if (!kept.has(id)) kept.set(id, await asked(id));
        if (view.hovered === id && !tip.hidden) show(event.pixel, id, state, kept.get(id));
      }, TIP_PAUSE_MS);
    }
    show(event.pixel, id, state, kept.get(id));
    return undefined;
  });
  canvas.addEventListener('pointerleave', hide);
  canvas.addEventListener('pointerdown', hide, true);

  map.on('singleclick', async (event) => {
    if (drawing()) return;
    const ids = [...under(event.pixel).keys()];
    const { ctrlKey, metaKey } = event.originalEvent;
    if (ctrlKey || metaKey) {
      if (ids.length) act.choose(ids[0]);
    } else if (!ids.length) act.clear();
    else if (ids.length === 1) act.select(ids[0]);
    else {
      const found = await Promise.all(ids.map(asked));
      side.several(found.filter(Boolean).map((one) => ({ ...one, status: one.idle.status, word: one.idle.status_word })));
    }
  });
  map.on('dblclick', (event) => {
    if (drawing()) return;
    event.preventDefault();
    const [id] = under(event.pixel).keys();
    if (id === undefined) olView.animate({ resolution: olView.getResolution() / 2, anchor: event.coordinate, duration: 200 });
    else act.select(id).then(() => side.shown() && act.zoomTo(side.shown()));
  });
  return tip;
}
