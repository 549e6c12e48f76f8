/** Width of the side panel and whether it is open, kept for the next visit of this browser. */
import { el, t } from './page.js';

const KEY = 'landstock.panel';
const [LEAST, MOST, STEP] = [280, 640, 20];

function recall() {
  try {
    const kept = JSON.parse(window.localStorage.getItem(KEY));
    return kept && typeof kept === 'object' ? kept : {};
  } catch (unreadable) {
    return {}; // storage switched off, or written by hand: the usual width
  }
}

/** @param {function} resized called after each change */
export function panelSize(aside, resized) {
  const state = recall();
  const usual = aside.offsetWidth || 340;
  const bar = el('div', { class: 'splitter', role: 'separator', tabindex: '0', 'aria-orientation': 'vertical', 'aria-label': t('panel.width'),
    'aria-valuemin': LEAST, 'aria-valuemax': MOST, 'aria-controls': 'panel' });

  function keep() {
    try {
      window.localStorage.setItem(KEY, JSON.stringify(state));
    } catch (refused) {
      return; // the width then holds for this page only
    }
  }
  function set(width) {
    state.width = Math.round(Math.max(LEAST, Math.min(MOST, width)));
    aside.style.setProperty('--w-panel', `${state.width}px`);
    bar.setAttribute('aria-valuenow', String(state.width));
    resized();
  }
  bar.addEventListener('pointerdown', (event) => {
    bar.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  bar.addEventListener('pointermove', (event) => {
    if (bar.hasPointerCapture(event.pointerId)) set(event.clientX - aside.getBoundingClientRect().left);
  });
  bar.addEventListener('pointerup', keep);
  bar.addEventListener('keydown', (event) => {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!by) return;
    event.preventDefault();
    set((state.width || usual) + by);
    keep();
  });
  aside.after(bar);
  set(Number.isFinite(state.width) ? state.width : usual);
  return {
    hidden: state.hidden === true,
    /** Keep whether the panel is put away. */
    away(hidden) {
      state.hidden = hidden;
      bar.hidden = hidden;
      keep();
    },
  };
}
