/** Drawing an area on each of the drawings, and the form that takes the same as numbers. */
import { Draw } from '../vendor/ol.js';
import { boxArea, checkedCorners, polygonArea, readCorners } from './areas.js';
import { boxToDegrees, boxToMap, olView, toDegrees, toMap } from './map_view.js';
import { el, say, t } from './page.js';
import { measureStyle } from './styles.js';

const SMALLEST_PX = 4;
const SIDES = ['west', 'south', 'east', 'north'];
const SVG = 'http://www.w3.org/2000/svg';

/** The outline of an area over one drawing. */
function outline(canvas) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'drawnbox');
  svg.setAttribute('aria-hidden', 'true');
  const shape = document.createElementNS(SVG, 'polygon');
  svg.append(shape);
  canvas.append(svg);
  const show = (points) => {
    svg.style.display = points ? '' : 'none';
    if (points) shape.setAttribute('points', points.map((point) => point.join(',')).join(' '));
  };
  show(null);
  return show;
}

/**
 * @param {{drawings: {map: object, canvas: HTMLElement}[], act: object, chosen: function(object)}} parts
 *   `chosen` is told the area that was drawn or typed
 */
export function areaTool({ drawings, act, chosen }) {
  let open = false;
  let kind = 'box';
  let area = null;
  const outlines = drawings.map(({ map, canvas }) => [map, outline(canvas)]);
  const draws = drawings.map(({ map }) => {
    const draw = new Draw({ type: 'Polygon', style: measureStyle, freehandCondition: () => false });
    draw.on('drawend', ({ feature }) => drawn(feature.getGeometry().getCoordinates()[0].map(toDegrees)));
    return [map, draw];
  });

  /** Draw the area where it lies now. */
  function place() {
    for (const [map, show] of outlines) {
      const corners = area && (area.name === 'box' ? ring(boxToMap(area.sides)) : area.corners.map(toMap));
      const points = corners && corners.map((corner) => map.getPixelFromCoordinate(corner));
      show(points && points.every(Boolean) ? points : null);
    }
  }
  const ring = ([left, bottom, right, top]) => [[left, bottom], [right, bottom], [right, top], [left, top]];
  for (const { map } of drawings) map.on('postrender', place);

  for (const [i, { map, canvas }] of drawings.entries()) listen(map, canvas, outlines[i][1]);
  /** Drag a box with the Shift key, or while the tool draws boxes. */
  function listen(map, canvas, show) {
    let from = null;
    const pixel = (event) => map.getEventPixel(event);
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || event.target.closest('.swipe') || !(event.shiftKey || (open && kind === 'box'))) return;
      event.stopPropagation(); // the map would move
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      from = pixel(event);
    }, true);
    canvas.addEventListener('pointermove', (event) => {
      if (!from) return;
      event.stopPropagation();
      const to = pixel(event);
      show(ring([from[0], from[1], to[0], to[1]]));
    }, true);
    canvas.addEventListener('pointerup', (event) => {
      if (!from) return;
      event.stopPropagation();
      const [[x1, y1], [x2, y2]] = [from, pixel(event)];
      from = null;
      if (Math.abs(x2 - x1) < SMALLEST_PX || Math.abs(y2 - y1) < SMALLEST_PX) place();
      else {
        const [a, b] = [map.getCoordinateFromPixel([x1, y1]), map.getCoordinateFromPixel([x2, y2])];
        chosen(boxArea(boxToDegrees([Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])])));
      }
    }, true);
  }
  function drawn(points) {
    const { corners, wrong } = checkedCorners(points);
    if (corners) chosen(polygonArea(corners));
    else {
      told.textContent = t(...wrong);
      say(t(...wrong));
    }
  }

  // ---- the same by form ----

  const fields = SIDES.map((name) => el('input', { class: 'input slim', name, inputmode: 'decimal', autocomplete: 'off', maxlength: '14', required: true }));
  const corners = el('textarea', { class: 'input', name: 'corners', rows: '5', autocomplete: 'off', spellcheck: 'false', maxlength: '4000',
    placeholder: '121.10,41.00\n121.11,41.00\n121.11,41.01' });
  const told = el('div', { class: 'err', role: 'alert' });
  const hint = el('p', { class: 'muted small' });
  const kinds = ['box', 'polygon'].map((name) => [name, el('button', { type: 'button', 'data-kind': name, text: t(`choose.${name}`), onclick: () => use(name) })]);
  const parts = {
    box: el('div', { class: 'sides' }, ...SIDES.map((name, i) => el('label', {}, t(`choose.${name}`), fields[i]))),
    polygon: el('div', { class: 'corners' }, el('label', {}, t('choose.corners'), corners)),
  };
  const form = el('form', { class: 'float area', 'aria-label': t('choose.title'), novalidate: true, hidden: true },
    el('h3', { text: t('choose.title') }),
    el('div', { class: 'seg', role: 'group', 'aria-label': t('choose.shape') }, ...kinds.map(([, button]) => button)),
    hint, parts.box, parts.polygon, told,
    el('div', { class: 'acts' }, el('button', { type: 'submit', class: 'btn primary', text: t('choose.choose') }),
      el('button', { type: 'button', class: 'btn', text: t('choose.filter'), onclick: () => {
        const typed = read();
        if (typed) act.changeFilter((query) => query.set(typed.name, typed.text));
      } })));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const typed = read();
    if (typed) chosen(typed);
  });

  function use(name) {
    kind = name;
    for (const [of, button] of kinds) {
      button.classList.toggle('on', of === name);
      button.setAttribute('aria-pressed', String(of === name));
      parts[of].hidden = of !== name;
    }
    hint.textContent = t(name === 'box' ? 'choose.hint' : 'choose.polygon_hint');
    told.textContent = '';
    for (const [map, draw] of draws) {
      map.removeInteraction(draw);
      if (open && name === 'polygon') map.addInteraction(draw);
    }
  }
  use('box');

  /** The area that is typed, or null after saying what is wrong with it. */
  function read() {
    if (kind === 'polygon') {
      const { corners: typed, wrong } = readCorners(corners.value);
      told.textContent = wrong ? t(...wrong) : '';
      if (wrong) corners.focus();
      return typed ? polygonArea(typed) : null;
    }
    const sides = fields.map(({ value }) => (value.trim() === '' ? NaN : Number(value)));
    const [west, south, east, north] = sides;
    const fine = west >= -180 && west < east && east <= 180 && south >= -90 && south < north && north <= 90;
    told.textContent = fine ? '' : t('choose.wrong');
    if (!fine) fields[Math.max(0, sides.findIndex(Number.isNaN))].focus();
    return fine ? boxArea(sides) : null;
  }
  function fill(shown) {
    told.textContent = '';
    if (shown.name === 'box') shown.sides.forEach((value, i) => { fields[i].value = value; });
    else corners.value = shown.corners.map((corner) => corner.join(',')).join('\n');
  }

  return {
    box: form,
    active: () => open,
    /** Show an area on the drawings and in the form; null: none. */
    show(one) {
      area = one;
      if (one) fill(one);
      place();
    },
    tell(text) {
      told.textContent = text;
    },
    use(on) {
      open = on;
      form.hidden = !on;
      form.parentElement.classList.toggle('picking', on); // other boxes make room for the form
      use(kind);
      for (const { canvas } of drawings) canvas.classList.toggle('drawing', on);
      if (!on) return;
      if (!area) fill(boxArea(boxToDegrees(olView.calculateExtent(drawings[0].map.getSize()))));
      (kind === 'box' ? fields[0] : corners).focus();
    },
  };
}
