/**
 * Several parcels at once: a box drawn with the Shift key or typed in degrees, single ones with the Ctrl key.
 * Count and area are the server's, also where the tiles do not show every parcel.
 */
import { boxToDegrees, boxToMap, olView, view } from './map_view.js';
import { area, drawing, el, filterQuery, number, page, read, say, t } from './page.js';
import { days } from './url.js';

const SINGLY = 1000; // as many as the API lists at once; larger boxes are chosen as a whole
const SMALLEST_PX = 4;
const DECIMALS = 6; // about 0.1 m
const SIDES = ['west', 'south', 'east', 'north'];

/** @param {{map: object, host: HTMLElement, canvas: HTMLElement, act: object}} parts */
export function choosing({ map, host, canvas, act }) {
  let box = null; // what was drawn, in degrees
  let turn = 0;
  let open = false;
  const bar = el('div', { class: 'float choice', role: 'region', 'aria-label': t('choose.label'), hidden: true });
  const frame = el('div', { class: 'drawnbox', 'aria-hidden': 'true', hidden: true });
  const form = typed();
  host.append(bar, frame, form.box);

  /** The filter of the page narrowed to what is chosen. */
  function query() {
    const asked = filterQuery();
    if (box) asked.set('box', box.join(','));
    else {
      asked.delete('ids');
      for (const id of [...view.chosen].sort((a, b) => a - b)) asked.append('ids', id);
    }
    return asked;
  }
  function clear() {
    turn += 1;
    box = null;
    view.chosen.clear();
    bar.hidden = true;
    place();
    act.redraw();
  }

  /** Ask the server what is chosen, and show it. */
  async function ask() {
    const own = ++turn;
    if (!box && !view.chosen.size) {
      clear();
      return;
    }
    const asked = query();
    for (const [name, value] of days()) asked.set(name, value);
    asked.set('size', box ? SINGLY : 1);
    let answer;
    try {
      answer = await read(`/api/v1/parcels?${asked}`);
    } catch (error) {
      if (own === turn) act.fail(error.code, ask);
      return;
    }
    if (own !== turn) return;
    if (box) view.chosen = new Set(answer.total <= SINGLY ? answer.items.map((item) => item.entity_id) : []);
    act.redraw();
    show(answer);
  }
  function show({ total, area_m2 }) {
    const asked = query();
    for (const [name, value] of days()) if (name !== 'lang') asked.set(name, value);
    const text = t('choose.count', { n: number(total), area: area(area_m2, true) });
    const link = (path, icon, word) => page.may[path] && el('a', { class: 'btn', href: `${path}?${asked}` }, drawing(icon), t(word));
    bar.replaceChildren(...[el('b', { text }), link('/parcels', 'i-table', 'choose.table'), link('/export', 'i-down2', 'choose.export'),
      link('/print/atlas', 'i-print', 'choose.atlas'),
      box && el('button', { type: 'button', class: 'btn', text: t('choose.filter'), onclick: filter }),
      el('button', { type: 'button', class: 'btn', text: t('choose.none'), onclick: () => {
        clear();
        document.getElementById('map').focus();
      } })].filter(Boolean));
    bar.hidden = false;
    say(text);
  }
  function filter() {
    const chosen = box.join(',');
    act.changeFilter((asked) => asked.set('box', chosen));
  }

  /** Choose everything within a box in degrees; a box that the page is filtered by bounds it. */
  function choose(wanted) {
    const within = (page.filter.box || '').split(',').map(Number);
    const [west, south, east, north] = within.length < 4 ? wanted : wanted.map((side, i) => (i < 2 ? Math.max : Math.min)(side, within[i]));
    if (west >= east || south >= north) {
      clear();
      say(t('choose.outside'));
      return;
    }
    box = [west, south, east, north].map((side) => Number(side.toFixed(DECIMALS)));
    view.chosen.clear();
    form.fill(box);
    place();
    ask();
  }
  /** Put a parcel to the chosen ones, or take it away. */
  function toggle(id) {
    if (box && !view.chosen.size) {
      say(t('choose.too_many', { n: number(SINGLY) }));
      form.tell(t('choose.too_many', { n: number(SINGLY) }));
      return;
    }
    box = null;
    place();
    const first = view.chosen.size === 0 && view.selected !== null && view.selected !== id ? view.selected : null;
    if (first !== null) view.chosen.add(first);
    if (!view.chosen.delete(id)) view.chosen.add(id);
    ask();
  }

  /** Draw the box where it lies now. */
  function place() {
    frame.hidden = box === null;
    if (box === null) return;
    const [left, bottom, right, top] = boxToMap(box);
    const [a, b] = [map.getPixelFromCoordinate([left, top]), map.getPixelFromCoordinate([right, bottom])];
    if (a && b) put(a, b);
  }
  function put([x1, y1], [x2, y2]) {
    Object.assign(frame.style, { left: `${Math.min(x1, x2)}px`, top: `${Math.min(y1, y2)}px`,
      width: `${Math.abs(x2 - x1)}px`, height: `${Math.abs(y2 - y1)}px` });
  }
  map.on('postrender', place);

  let from = null;
  const pixel = (event) => map.getEventPixel(event);
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || !(event.shiftKey || open)) return;
    event.stopPropagation(); // the map would move
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    from = pixel(event);
  }, true);
  canvas.addEventListener('pointermove', (event) => {
    if (!from) return;
    event.stopPropagation();
    frame.hidden = false;
    put(from, pixel(event));
  }, true);
  canvas.addEventListener('pointerup', (event) => {
    if (!from) return;
    event.stopPropagation();
    const [x1, y1] = from;
    const [x2, y2] = pixel(event);
    from = null;
    if (Math.abs(x2 - x1) < SMALLEST_PX || Math.abs(y2 - y1) < SMALLEST_PX) place();
    else {
      const [a, b] = [map.getCoordinateFromPixel([x1, y1]), map.getCoordinateFromPixel([x2, y2])];
      choose(boxToDegrees([Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])]));
    }
  }, true);

  /** The same by form: four sides typed in degrees. */
  function typed() {
    const fields = SIDES.map((name) => el('input', { class: 'input slim', name, inputmode: 'decimal', autocomplete: 'off', maxlength: '14', required: true }));
    const told = el('div', { class: 'err', role: 'alert' });
    const sides = () => fields.map(({ value }) => (value.trim() === '' ? NaN : Number(value)));
    const right = ([west, south, east, north]) => west >= -180 && west < east && east <= 180 && south >= -90 && south < north && north <= 90;
    const own = el('form', { class: 'float area', 'aria-label': t('choose.title'), novalidate: true, hidden: true },
      el('h3', { text: t('choose.title') }), el('p', { class: 'muted small', text: t('choose.hint') }),
      el('div', { class: 'sides' }, ...SIDES.map((name, i) => el('label', {}, t(`choose.${name}`), fields[i]))), told,
      el('div', { class: 'acts' }, el('button', { type: 'submit', class: 'btn primary', text: t('choose.choose') }),
        el('button', { type: 'button', class: 'btn', text: t('choose.filter'), onclick: () => {
          if (checked()) act.changeFilter((asked) => asked.set('box', sides().join(',')));
        } })));
    function checked() {
      const fine = right(sides());
      told.textContent = fine ? '' : t('choose.wrong');
      if (!fine) fields[Math.max(0, sides().findIndex(Number.isNaN))].focus();
      return fine;
    }
    own.addEventListener('submit', (event) => {
      event.preventDefault();
      if (checked()) choose(sides());
    });
    return {
      box: own,
      fill(values) {
        told.textContent = '';
        values.forEach((value, i) => { fields[i].value = Number(value.toFixed(DECIMALS)); });
      },
      tell(text) {
        told.textContent = text;
      },
    };
  }

  return {
    active: () => open,
    chosen: () => view.chosen.size > 0 || box !== null,
    clear, choose, toggle,
    tool(on) {
      open = on;
      form.box.hidden = !on;
      canvas.classList.toggle('drawing', on);
      if (on) {
        form.fill(box || boxToDegrees(olView.calculateExtent(map.getSize())));
        form.box.querySelector('input').focus();
      }
    },
  };
}
