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
  const box = el('div', { class: 'float measure', hidden: true },
    kinds, value, el('div', { class: 'muted small', text: t('measure.hint') }),
    el('div', { class: 'muted small', text: t('measure.note') }),
    el('div', { class: 'acts' }, el('button', { class: 'btn', type: 'button', text: t('measure.clear'), onclick: () => start(kind) })));
  let kind = 'length';
  let draw = null;
  let listening = null;

  const buttons = ['length', 'area'].map((name) => {
    const button = el('button', { type: 'button', text: t(`measure.${name}`), onclick: () => start(name) });
    kinds.append(button);
    return [name, button];
  });

  function show(geometry) {
    const ring = kind === 'area' ? geometry.getCoordinates()[0] : geometry.getCoordinates();
    const points = ring.map(degrees);
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
