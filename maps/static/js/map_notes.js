/** Messages over the map: faults that stay until closed, notes that go with the view. */
import { LEVELS } from './grids.js';
import { olView, view } from './map_view.js';
import { drawing, el, number, say, t } from './page.js';
import { malformed } from './url.js';

export function notes(host, map, fill) {
  const note = el('div', { class: 'float note', role: 'status', hidden: true });
  let failed = null;
  host.append(note);

  function closing(box) {
    return el('button', { type: 'button', class: 'btn quiet iconbtn', title: t('close'), 'aria-label': t('close'),
      onclick: () => box.remove() }, drawing('i-close'));
  }

  /** One message at a time; it stays until closed or mended. */
  function fail(errorCode, again) {
    if (failed && failed.isConnected) return;
    const box = el('div', { class: 'errbox', role: 'alert', 'data-code': errorCode });
    const retry = el('button', { type: 'button', class: 'btn primary', text: t('error.retry'), onclick: () => {
      box.remove();
      again();
    } });
    box.append(el('div', { class: 'lead' }, drawing('i-stop')),
      el('div', {}, el('b', { text: t('error.title', { code: errorCode }) }), el('div', { class: 'muted small', text: t('error.kept') })),
      el('div', { class: 'acts' }, retry, closing(box)));
    failed = box;
    host.append(box);
  }

  /** Parts of the address that can't be read are named, and what is shown instead. */
  function unread() {
    if (!malformed.length) return;
    const box = el('div', { class: 'float unread', role: 'status' });
    box.append(drawing('i-info'), el('span', { text: t('error.malformed', { names: malformed.join(t('comma')) }) }), closing(box));
    host.append(box);
    say(t('error.malformed', { names: malformed.join(t('comma')) }));
  }

  /** Say it where more parcels lie than are drawn. */
  function crowd() {
    let n = 0;
    if (view.ground() > LEVELS.normal && view.ground() <= LEVELS.parcels) {
      const box = olView.calculateExtent(map.getSize());
      for (const feature of fill.getFeaturesInExtent(box)) if (feature.get('layer') === 'crowd') n += feature.get('n');
    }
    note.hidden = n === 0;
    if (n) note.replaceChildren(t('map.too_many', { n: number(n) }), el('button', { type: 'button', class: 'btn', text: t('tool.zoom_in'),
      onclick: () => olView.animate({ resolution: olView.getResolution() / 2, duration: 200 }) }));
  }

  return { fail, unread, crowd };
}
