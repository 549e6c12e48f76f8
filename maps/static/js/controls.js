/** Buttons over the map, layer switches, the choice of theme and of a built-up year. */
import { drawing, el, boundaryKey, page, t } from './page.js';

/** The column of 32 px buttons. */
export function tools({ olView, ruler, home, help }) {
  const button = (icon, name, onclick, gap = false) => el('button', {
    type: 'button', class: gap ? 'gap' : null, 'aria-label': t(name), onclick, 'data-tool': icon,
  }, drawing(`i-${icon}`), el('span', { class: 'lbl', 'aria-hidden': 'true', text: t(name) }));
  const zoom = (factor) => () => olView.animate({ resolution: olView.getResolution() * factor, duration: 150 });
  const measuring = button('ruler', 'tool.measure', () => {
    if (ruler.active()) ruler.stop();
    else ruler.start();
    measuring.setAttribute('aria-pressed', String(ruler.active()));
  }, true);
  measuring.setAttribute('aria-pressed', 'false');
  const wrap = document.querySelector('.mapwrap');
  const full = document.fullscreenEnabled && button('full', 'tool.full', () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else wrap.requestFullscreen();
  });
  const box = el('div', { class: 'float tools', role: 'toolbar', 'aria-label': t('map.tools'), 'aria-orientation': 'vertical' },
    button('plus', 'tool.zoom_in', zoom(0.5)),
    button('minus', 'tool.zoom_out', zoom(2)),
    button('home', 'tool.home', home),
    measuring,
    button('print', 'tool.print', () => window.print(), true),
    full,
    button('key', 'key.title', help));
  return { box };
}

/** The third tab of the panel. */
export function layerSwitches(view, changed) {
  const boxes = new Map();
  const check = (name, word, key) => {
    const input = el('input', { type: 'checkbox', 'data-layer': name });
    input.checked = view[name];
    input.addEventListener('change', () => {
      view[name] = input.checked;
      changed(name);
    });
    boxes.set(name, input);
    return el('label', { class: 'check' }, input, key, t(word));
  };
  const box = el('div', {},
    el('div', { class: 'psec' }, el('h3', { text: t('layers.data') }),
      check('parcels', 'layers.parcels'),
      check('labels', 'layers.labels'),
      check('patterns', 'layers.patterns'),
      check('parks', 'layers.parks', boundaryKey()),
      ...(page.years.length ? [check('builtup', 'layers.builtup'), el('p', { class: 'hint', text: t('layers.builtup_hint') })] : [])),
    el('div', { class: 'psec' }, el('h3', { text: t('layers.base') }), el('p', { class: 'muted small', text: t('layers.base_none') })));
  return {
    box,
    show() {
      for (const [name, input] of boxes) input.checked = view[name];
    },
  };
}

/** The choice of theme; there only where there is a choice. */
export function themes(view, choose) {
  if (!page.years.length) return { box: null };
  const select = el('select', { id: 'theme', 'aria-label': t('map.theme') },
    ...['status', 'builtup'].map((name) => el('option', { value: name, selected: name === view.theme, text: t(`theme.${name}`) })));
  select.addEventListener('change', () => {
    view.theme = select.value;
    choose(select.value);
  });
  return { box: el('div', { class: 'float mtheme' }, el('span', { class: 'muted', text: t('map.theme') }), select) };
}

/** The slider of built-up years. */
export function years(view, changed) {
  const all = page.years;
  const shown = el('span', { class: 'yr', text: String(view.year) });
  const range = el('input', { type: 'range', min: '0', max: String(Math.max(0, all.length - 1)), step: '1', 'aria-label': t('year.label') });
  function set(index) {
    const year = all[Math.max(0, Math.min(all.length - 1, index))];
    view.year = year;
    range.value = String(all.indexOf(year));
    range.setAttribute('aria-valuetext', String(year));
    shown.textContent = String(year);
  }
  const step = (by) => () => {
    set(Number(range.value) + by);
    changed('year');
  };
  range.addEventListener('input', () => {
    set(Number(range.value));
    changed('year');
  });
  const arrow = (icon, name, by) => el('button', { type: 'button', class: 'btn quiet iconbtn', title: t(name), 'aria-label': t(name), onclick: step(by) }, drawing(icon));
  const box = el('div', { class: 'float slider', role: 'group', 'aria-label': t('year.label'), hidden: true },
    arrow('i-left', 'year.previous', -1), shown, arrow('i-right', 'year.next', 1),
    el('div', { class: 'track' }, range, el('div', { class: 'ticks', 'aria-hidden': 'true' }, ...all.map((year) => el('span', { text: String(year) })))));
  if (all.length) set(all.indexOf(view.year));
  return { box };
}
