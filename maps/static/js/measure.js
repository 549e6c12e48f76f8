/** Measuring on the map: geodesic on the ellipsoid of CGCS2000, never the registered figure. */
import { Draw, VectorLayer, VectorSource, unByKey } from '../vendor/ol.js';
import { area, decimal, el, t } from './page.js';
import { measureStyle } from './styles.js';
import { geodesicArea, geodesicLength } from './geodesic.js';

export function measure(map, degrees) {
  const source = new VectorSource();
  const layer = new VectorLayer({ source, style: measureStyle, zIndex: 20 });
  map.addLayer(layer);
  const value = el('div', { class: 'val', role: 'status' });
  const kinds = el('div', { class: 'seg', role: 'group', 'aria-label': t('measure.title') });
  // The same by form: the corners typed in degrees.
  const corners = el('input', { class: 'input slim', name: 'corners', autocomplete: 'off', maxlength: '2000', placeholder: '121.10,41.00; 121.11,41.00' });
  const told = el('div', { class: 'err', role: 'alert' });
  const form = el('form', { novalidate: true }, el('label', {}, t('measure.corners'), corners), told,
    el('button', { type: 'submit', class: 'btn', text: t('measure.compute') }));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    typed(corners.value);
  });
  const box = el('div', { class: 'float measure', hidden: true },
    kinds, value, el('div', { class: 'muted small', text: t('measure.hint') }),
    el('div', { class: 'muted small', text: t('measure.note') }), form,
    el('div', { class: 'acts' }, el('button', { class: 'btn', type: 'button', text: t('measure.clear'), onclick: () => start(kind) })));
  let kind = 'length';
  let draw = null;
  let listening = null;

  const buttons = ['length', 'area'].map((name) => {
    const button = el('button', { type: 'button', text: t(`measure.${name}`), onclick: () => start(name) });
    kinds.append(button);
    return [name, button];
  });

  function typed(text) {
    const points = text.split(/[;；]/).filter((pair) => pair.trim()).map((pair) => pair.split(/[,，]/).map((part) => (part.trim() ? Number(part) : NaN)));
    const fine = points.every((pair) => pair.length === 2 && Math.abs(pair[0]) <= 180 && Math.abs(pair[1]) <= 90);
    const enough = points.length >= (kind === 'area' ? 3 : 2);
    told.textContent = fine && enough ? '' : t('measure.wrong', { n: kind === 'area' ? 3 : 2 });
    if (!fine || !enough) {
      corners.focus();
      return;
    }
    tell(points);
  }
  function show(geometry) {
    const ring = kind === 'area' ? geometry.getCoordinates()[0] : geometry.getCoordinates();
    tell(ring.map(degrees));
  }
  function tell(points) {
    if (kind === 'area') value.textContent = area(geodesicArea(points));
    else {
      const metres = geodesicLength(points);
      value.textContent = metres < 1000
        ? t('readout.metres', { n: decimal(metres, 1) })
        : t('readout.km', { n: decimal(metres / 1000, 3) });
    }
  }
  function start(name) {
    stop();
    kind = name;
    for (const [of, button] of buttons) {
      button.classList.toggle('on', of === name);
      button.setAttribute('aria-pressed', String(of === name));
    }
    value.textContent = '—';
    told.textContent = '';
    draw = new Draw({ source, type: name === 'area' ? 'Polygon' : 'LineString', style: measureStyle });
    draw.on('drawstart', (event) => {
      source.clear();
      listening = event.feature.getGeometry().on('change', (change) => show(change.target));
    });
    draw.on('drawend', () => unByKey(listening));
    map.addInteraction(draw);
    box.hidden = false;
  }
  function stop() {
    if (draw) map.removeInteraction(draw);
    draw = null;
    source.clear();
    box.hidden = true;
  }
  return { box, start: () => start(kind), stop, active: () => draw !== null };
}
