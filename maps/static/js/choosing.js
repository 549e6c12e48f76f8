/**
 * Several parcels at once: within a box or a polygon that is drawn or typed, single ones with the Ctrl key.
 * Count and area are the server's, also where the tiles do not show every parcel.
 */
import { areaTool } from './area_tool.js';
import { boxArea } from './areas.js';
import { view } from './map_view.js';
import { area as areaText, drawing, el, filterQuery, number, page, read, say, t } from './page.js';
import { days } from './url.js';

const SINGLY = 1000; // as many as the API lists at once; larger areas are chosen as a whole

/** @param {{drawings: {map: object, canvas: HTMLElement}[], host: HTMLElement, act: object}} parts */
export function choosing({ drawings, host, act }) {
  let area = null; // what was drawn, see areas.js
  let turn = 0;
  const bar = el('div', { class: 'float choice', role: 'region', 'aria-label': t('choose.label'), hidden: true });
  const tool = areaTool({ drawings, act, chosen: choose });
  host.append(bar, tool.box);

  /** The filter of the page narrowed to what is chosen. */
  function query() {
    const asked = filterQuery();
    if (area) asked.set(area.name, area.text);
    else {
      asked.delete('ids');
      for (const id of [...view.chosen].sort((a, b) => a - b)) asked.append('ids', id);
    }
    return asked;
  }
  function clear() {
    turn += 1;
    area = null;
    view.chosen.clear();
    bar.hidden = true;
    tool.show(null);
    act.redraw();
  }

  /** Ask the server what is chosen, and show it. */
  async function ask() {
    const own = ++turn;
    if (!area && !view.chosen.size) {
      clear();
      return;
    }
    const asked = query();
    for (const [name, value] of days()) asked.set(name, value);
    asked.set('size', area ? SINGLY : 1);
    let answer;
    try {
      answer = await read(`/api/v1/parcels?${asked}`);
    } catch (error) {
      if (own === turn) act.fail(error.code, ask);
      return;
    }
    if (own !== turn) return;
    if (area) view.chosen = new Set(answer.total <= SINGLY ? answer.items.map((item) => item.entity_id) : []);
    act.redraw();
    show(answer);
  }
  function show({ total, area_m2 }) {
    const asked = query();
    for (const [name, value] of days()) if (name !== 'lang') asked.set(name, value);
    const text = t('choose.count', { n: number(total), area: areaText(area_m2, true) });
    const link = (path, icon, word) => page.may[path] && el('a', { class: 'btn', href: `${path}?${asked}` }, drawing(icon), t(word));
    bar.replaceChildren(...[el('b', { text }), link('/lists/add', 'i-plus', 'choose.add'), link('/parcels', 'i-table', 'choose.table'), link('/export', 'i-down2', 'choose.export'),
      link('/print/atlas', 'i-print', 'choose.atlas'),
      area && el('button', { type: 'button', class: 'btn', text: t('choose.filter'), onclick: filter }),
      el('button', { type: 'button', class: 'btn', text: t('choose.none'), onclick: () => {
        clear();
        document.getElementById('map').focus();
      } })].filter(Boolean));
    bar.hidden = false;
    say(text);
  }
  function filter() {
    act.changeFilter((asked) => asked.set(area.name, area.text));
  }

  /** Choose everything within an area; a box that the page is filtered by bounds another one. */
  function choose(wanted) {
    const within = (page.filter.box || '').split(',').map(Number);
    let found = wanted;
    if (wanted.name === 'box' && within.length === 4) {
      const [west, south, east, north] = wanted.sides.map((side, i) => (i < 2 ? Math.max : Math.min)(side, within[i]));
      found = west < east && south < north ? boxArea([west, south, east, north]) : null;
    }
    if (!found) {
      clear();
      say(t('choose.outside'));
      return;
    }
    if (found.name === 'polygon' && page.filter.polygon) {
      // The two conditions would have to hold both, and an address holds one.
      tool.tell(t('choose.one_polygon'));
      say(t('choose.one_polygon'));
      return;
    }
    area = found;
    view.chosen.clear();
    tool.show(area);
    ask();
  }
  /** Put a parcel to the chosen ones, or take it away. */
  function toggle(id) {
    if (area && !view.chosen.size) {
      say(t('choose.too_many', { n: number(SINGLY) }));
      tool.tell(t('choose.too_many', { n: number(SINGLY) }));
      return;
    }
    area = null;
    tool.show(null);
    const first = view.chosen.size === 0 && view.selected !== null && view.selected !== id ? view.selected : null;
    if (first !== null) view.chosen.add(first);
    if (!view.chosen.delete(id)) view.chosen.add(id);
    ask();
  }

  return {
    active: tool.active,
    chosen: () => view.chosen.size > 0 || area !== null,
    clear, choose, toggle,
    tool: tool.use,
  };
}
