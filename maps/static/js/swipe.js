/** Two base maps under the parcels: one left, the other right of a line that is moved by mouse or by keys. */
import { drawing, el, t } from './page.js';

const STEP = 2; // percent
const FAR = 10;

/**
 * @param {{at: number, moved: function(number)}} parts `at`: where the line stands, in percent of the width from the left;
 *   `moved` is told where it was put
 */
export function swipe({ at, moved }) {
  let on = false;
  let share = at;
  let names = ['', ''];
  const line = el('div', { class: 'swipe-line', 'aria-hidden': 'true' });
  const knob = el('div', { class: 'swipe-knob', role: 'slider', tabindex: '0', 'aria-label': t('swipe.label'),
    'aria-orientation': 'horizontal', 'aria-valuemin': '0', 'aria-valuemax': '100' }, drawing('i-left'), drawing('i-right'));
  const box = el('div', { class: 'swipe', hidden: true }, line, knob);

  function show() {
    line.style.left = knob.style.left = `${share}%`;
    const n = Math.round(share);
    knob.setAttribute('aria-valuenow', String(n));
    knob.setAttribute('aria-valuetext', t('swipe.value', { left: names[0], right: names[1], n }));
    knob.title = t('swipe.value', { left: names[0], right: names[1], n });
  }
  function put(percent) {
    share = Math.max(0, Math.min(100, percent));
    show();
    moved(share);
  }

  const keys = { ArrowLeft: -STEP, ArrowRight: STEP, ArrowDown: -STEP, ArrowUp: STEP, PageDown: -FAR, PageUp: FAR, Home: -100, End: 100 };
  knob.addEventListener('keydown', (event) => {
    if (!(event.key in keys)) return;
    event.preventDefault();
    put(share + keys[event.key]);
  });
  let held = false;
  knob.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    knob.focus();
    knob.setPointerCapture(event.pointerId);
    held = true;
  });
  knob.addEventListener('pointermove', (event) => {
    if (!held) return;
    const { left, width } = box.getBoundingClientRect();
    put((100 * (event.clientX - left)) / width);
  });
  for (const end of ['pointerup', 'pointercancel']) {
    knob.addEventListener(end, () => {
      held = false;
    });
  }

  return {
    box,
    /** Show the line between two base maps by their names, or none. */
    show(both) {
      on = Boolean(both);
      box.hidden = !on;
      if (both) names = both;
      show();
    },
    /** Draw a layer on its side only; `side` says which: 'left', 'right' or null for all of the map. */
    clip(layer, side) {
      layer.on('prerender', ({ context, inversePixelTransform: m, frameState }) => {
        context.save();
        if (!on || !side()) return;
        const [width, height] = frameState.size;
        const x = (width * share) / 100;
        const [from, to] = side() === 'left' ? [0, x] : [x, width];
        context.beginPath();
        for (const [px, py] of [[from, 0], [to, 0], [to, height], [from, height]]) {
          context.lineTo(m[0] * px + m[2] * py + m[4], m[1] * px + m[3] * py + m[5]);
        }
        context.closePath();
        context.clip();
      });
      layer.on('postrender', ({ context }) => context.restore());
    },
  };
}
