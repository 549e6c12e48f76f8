/** A second drawing beside the first: the same view on another day, moved and zoomed together. */
import { Map as OlMap } from '../vendor/ol.js';
import { olView, view } from './map_view.js';
import { tileLayers } from './map_tiles.js';
import { el, page, t } from './page.js';

/**
 * @param {HTMLElement} canvas of the first drawing; the second is put beside it
 * @param {function} interactions makes what moves the view
 * @param {{failed: function, leave: function}} told
 * @returns the second drawing, or null where no day is compared with
 */
export function compare(canvas, interactions, told) {
  if (!page.vs) return null;
  const second = el('div', { class: 'canvas second' });
  canvas.after(second);
  canvas.classList.add('first');
  canvas.closest('.map').classList.add('two'); // what floats over the first keeps to it
  const label = (day) => el('div', { class: 'float dayplate' }, t('compare.on', { day }));
  canvas.append(label(page.run.as_of));
  const tiles = tileLayers(page.vs, { busy() {}, failed: told.failed });
  // One view for both drawings: nothing has to be kept in step.
  const map = new OlMap({ target: second, view: olView, layers: tiles.layers, controls: [], interactions: interactions(), maxTilesLoading: 12 });
  second.append(label(page.vs.as_of),
    el('button', { type: 'button', class: 'btn over leave', text: t('compare.leave'), onclick: told.leave }));

  /** Of the built-up years the newest that the day had seen. */
  const year = () => page.years.filter((one) => one <= Number(page.vs.as_of.slice(0, 4))).pop() || null;
  function show() {
    tiles.showYear(map, view.builtup ? year() : null);
    tiles.redraw();
  }
  show();
  return { map, tiles, canvas: second, show, refresh: tiles.refresh };
}
