/** Keys while the map has the focus, and the list of them. */
import { drawing, el, t } from './page.js';

const STEP_PX = 128;
const ARROWS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const LIST = [['↑ ↓ ← →', 'key.pan'], ['Shift + ↑ ↓ ← →', 'key.pan_far'], ['+ −', 'key.zoom'], ['0', 'key.home'],
  ['/', 'key.search'], ['N  P', 'key.next'], ['S', 'key.choose'], ['Enter', 'key.enter'], ['Esc', 'key.esc'], ['L', 'key.legend'],
  ['M', 'key.measure'], ['B', 'key.area'], ['Shift + ⇱', 'key.box'], ['Ctrl + ⇱', 'key.add'], ['?', 'key.help']];

export function keyboard(root, { host, map, act, side, finder, tools, home, legend, dossier }) {
  const view = map.getView();
  let help = null;
  let from = null;

  function toggle() {
    if (help) {
      help.remove();
      help = null;
      if (from) from.focus();
      return;
    }
    from = document.activeElement;
    const close = el('button', { type: 'button', class: 'btn quiet iconbtn', 'aria-label': t('close'), title: t('close'), onclick: toggle }, drawing('i-close'));
    help = el('div', { class: 'keys', role: 'dialog', 'aria-modal': 'false', 'aria-label': t('key.title') },
      el('div', { class: 'line' }, el('h2', { text: t('key.title') }), close),
      el('dl', {}, ...LIST.flatMap(([keys, word]) => [el('dt', {}, el('span', { class: 'kbd', text: keys })), el('dd', { text: t(word) })])));
    help.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') toggle();
    });
    host.append(help);
    close.focus();
  }

  function pan([x, y], far) {
    const [width, height] = map.getSize();
    const [dx, dy] = far ? [(x * width) / 3, (y * height) / 3] : [x * STEP_PX, y * STEP_PX];
    const [cx, cy] = view.getCenter();
    view.animate({ center: [cx + dx * view.getResolution(), cy + dy * view.getResolution()], duration: 100 });
  }
  const zoom = (factor) => view.animate({ resolution: view.getResolution() * factor, duration: 100 });

  function walk(by) {
    const items = side.items();
    if (!items.length) return;
    const shown = side.shown();
    const at = shown ? items.findIndex((item) => item.entity_id === shown.entity_id) : -1;
    const next = at < 0 && by < 0 ? items.length - 1 : (at + by + items.length) % items.length;
    act.select(items[next].entity_id, true);
  }

  const choose = () => side.shown() && act.choose(side.shown().entity_id);
  const letters = {
    '+': () => zoom(0.5), '=': () => zoom(0.5), '-': () => zoom(2), _: () => zoom(2),
    0: home, '/': () => finder.focus(), n: () => walk(1), p: () => walk(-1), l: legend, m: tools.measure, b: tools.area, s: choose, '?': toggle,
    enter: dossier, escape: () => (tools.busy() ? tools.leave() : act.clear()),
  };
  // A tool is left by Esc from its own fields, too.
  host.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || !tools.busy() || root.contains(event.target)) return;
    tools.leave();
    root.focus();
  });
  root.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target !== root) return;
    if (ARROWS[event.key]) pan(ARROWS[event.key], event.shiftKey);
    else if (letters[event.key.toLowerCase()]) letters[event.key.toLowerCase()]();
    else return;
    event.preventDefault();
  });
  return { toggle };
}
