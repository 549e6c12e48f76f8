/** The slider of built-up years: step by step, by itself, and beside it how the built-up area grew. */
import { decimal, drawing, el, page, say, t } from './page.js';

const STEP_MS = 1200;
const SVG = 'http://www.w3.org/2000/svg';
const [WIDTH, HEIGHT, GAP] = [96, 34, 2];

function shape(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

/** Bars of the built-up area of the parks shown, one a year; none where a year is not surveyed in all of them. */
function chart() {
  const rows = page.growth;
  if (rows.length < 2) return { box: null, mark() {} };
  const most = Math.max(...rows.map(({ builtup_m2 }) => Number(builtup_m2)));
  const svg = shape('svg', { class: 'growth', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, role: 'img' });
  const step = WIDTH / rows.length;
  const bars = rows.map(({ year, builtup_m2 }, i) => {
    const height = most ? (HEIGHT * Number(builtup_m2)) / most : 0;
    const bar = shape('rect', { x: i * step, y: HEIGHT - height, width: Math.max(1, step - GAP), height, 'data-year': year });
    svg.append(bar);
    return bar;
  });
  return {
    box: svg,
    mark(year) {
      const row = rows.find((one) => one.year === year);
      const text = row ? t('year.area', { year, ha: decimal(Number(row.builtup_m2) / 10000, 2) }) : t('year.no_area', { year });
      svg.setAttribute('aria-label', text);
      svg.replaceChildren(Object.assign(shape('title', {}), { textContent: text }), ...bars);
      bars.forEach((bar) => bar.setAttribute('class', bar.dataset.year === String(year) ? 'on' : ''));
    },
  };
}

const button = (icon, name, onclick) => el('button', { type: 'button', class: 'btn quiet iconbtn', title: t(name), 'aria-label': t(name), onclick }, drawing(icon));

/**
 * The slider alone.
 * @param {{year: number}} view whose year it sets
 * @param {function(string)} changed called with 'year' after each step
 * @param {{hand: function, marked: function(number)}} [told] `hand`: a person takes it; `marked`: the year that it shows
 */
export function yearSlider(view, changed, { hand = () => {}, marked = () => {} } = {}) {
  const all = page.years;
  const shown = el('span', { class: 'yr', text: String(view.year) });
  const range = el('input', { type: 'range', min: '0', max: String(Math.max(0, all.length - 1)), step: '1', 'aria-label': t('year.label') });

  function set(index) {
    const year = all[Math.max(0, Math.min(all.length - 1, index))];
    view.year = year;
    range.value = String(all.indexOf(year));
    range.setAttribute('aria-valuetext', String(year));
    shown.textContent = String(year);
    marked(year);
  }
  function go(index) {
    set(index);
    changed('year');
  }
  const arrow = (icon, name, by) => button(icon, name, () => {
    hand();
    go(Number(range.value) + by);
  });
  range.addEventListener('input', () => {
    hand();
    go(Number(range.value));
  });
  const box = el('div', { class: 'float slider', role: 'group', 'aria-label': t('year.label'), hidden: true },
    arrow('i-left', 'year.previous', -1), shown, arrow('i-right', 'year.next', 1),
    el('div', { class: 'track' }, range, el('div', { class: 'ticks', 'aria-hidden': 'true' }, ...all.map((year) => el('span', { text: String(year) })))));
  if (all.length) set(all.indexOf(view.year));
  return { box, range, go, sync: () => all.length && set(all.indexOf(view.year)) };
}

/** The slider of the map: it plays year by year, and bars beside it mark the year. */
export function years(view, changed) {
  const still = window.matchMedia('(prefers-reduced-motion: reduce)');
  const areas = chart();
  const play = button('i-play', 'year.play', () => (timer ? stop() : start()));
  let timer = 0;

  function stop() {
    clearInterval(timer);
    timer = 0;
    play.setAttribute('aria-pressed', 'false');
  }
  const { box, range, go, sync } = yearSlider(view, changed, { hand: stop, marked: areas.mark });
  /** Year by year to the end; not for people who asked their machine to keep still. */
  function start() {
    if (still.matches) {
      say(t('year.still'));
      return;
    }
    play.setAttribute('aria-pressed', 'true');
    go(range.value === range.max ? 0 : Number(range.value));
    timer = setInterval(() => {
      go(Number(range.value) + 1);
      if (range.value === range.max) stop();
    }, STEP_MS);
  }
  function quiet() {
    if (still.matches) stop();
    play.disabled = still.matches;
    play.title = t(still.matches ? 'year.still' : 'year.play');
  }
  still.addEventListener('change', quiet);
  stop();
  quiet();
  box.append(...[play, areas.box].filter(Boolean));
  return {
    box,
    show(on) {
      box.hidden = !on;
      sync();
      if (!on) stop();
    },
  };
}
