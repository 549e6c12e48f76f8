/** Buttons over the map, layer switches, the choice of theme. */
import { drawing, el, boundaryKey, page, t } from './page.js';

/** The column of 32 px buttons. */
export function tools({ olView, ruler, group, home, help }) {
  const button = (icon, name, onclick, gap = false) => el('button', {
    type: 'button', class: gap ? 'gap' : null, 'aria-label': t(name), onclick, 'data-tool': icon,
  }, drawing(`i-${icon}`), el('span', { class: 'lbl', 'aria-hidden': 'true', text: t(name) }));
  const zoom = (factor) => () => olView.animate({ resolution: olView.getResolution() * factor, duration: 150 });
  /** One tool at a time has the pointer. */
  function use(name) {
    if (name === 'ruler') ruler.start();
    else ruler.stop();
    group.tool(name === 'area');
    measuring.setAttribute('aria-pressed', String(name === 'ruler'));
    choosing.setAttribute('aria-pressed', String(name === 'area'));
  }
  const toggle = (name, active) => () => use(active() ? null : name);
  const measuring = button('ruler', 'tool.measure', toggle('ruler', ruler.active), true);
  const choosing = button('draw', 'tool.area', toggle('area', group.active));
  for (const tool of [measuring, choosing]) tool.setAttribute('aria-pressed', 'false');
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
    choosing,
    page.may['/print/sheet'] && button('print', 'tool.print', () => window.location.assign(`/print/sheet${window.location.search}`), true),
    full,
    button('key', 'key.title', help));
  return { box, measure: () => measuring.click(), area: () => choosing.click(), leave: () => use(null), busy: () => ruler.active() || group.active() };
}

/** The third tab of the panel. */
export function layerSwitches(view, changed, bases) {
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
    bases);
  return {
    box,
    show() {
      for (const [name, input] of boxes) input.checked = view[name];
    },
  };
}

/** The choice of theme. */
export function themes(view, choose) {
  const names = [{ code: 'status', word: t('theme.status') }, ...page.themes,
    ...(page.years.length ? [{ code: 'builtup', word: t('theme.builtup') }] : [])];
  const select = el('select', { id: 'theme', 'aria-label': t('map.theme') },
    ...names.map(({ code, word }) => el('option', { value: code, selected: code === view.theme, text: word })));
  select.addEventListener('change', () => {
    view.theme = select.value;
    choose();
  });
  return {
    box: el('div', { class: 'float mtheme' }, el('span', { class: 'muted', text: t('map.theme') }), select),
    show() {
      select.value = view.theme;
    },
  };
}
