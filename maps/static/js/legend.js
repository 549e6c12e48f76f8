/** The legend: status counts of the server, classes of a theme, park boundary, built-up year. */
import { SHARES, yearColour } from './styles.js';
import { LEVELS } from './grids.js';
import { boundaryKey, drawing, el, number, page, t } from './page.js';
import { swatch } from './patterns.js';

function square(colour) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'sw');
  svg.setAttribute('aria-hidden', 'true');
  const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  for (const [name, value] of Object.entries({ x: '.5', y: '.5', width: '11', height: '11', fill: colour,
    stroke: 'var(--s-outline)' })) rect.setAttribute(name, value);
  svg.append(rect);
  return svg;
}

export function legend(view) {
  const box = el('div', { class: 'float legend', role: 'group', 'aria-label': t('legend.title') });

  function statuses() {
    const rows = page.statuses
      // What only a case can lead to is listed once there is one.
      .filter(({ code }) => page.counts[code] || !['determined', 'disposing', 'investigating', 'closed'].includes(code))
      .map(({ code, word }) => el('li', { 'data-status': code }, drawing(`s-${code}`, 'sw'), word,
        el('span', { class: 'num', text: number(page.counts[code] || 0) })));
    return [el('h3', {}, t('legend.title'), el('span', { text: t('legend.unit') })), rows];
  }
  function shares() {
    const rows = SHARES.map(({ from, colour }, i) => {
      const to = i + 1 < SHARES.length ? `–${SHARES[i + 1].from * 100}` : '–100';
      return el('li', {}, square(colour), `${from * 100}${to} %`);
    });
    return [el('h3', { text: t('legend.share') }), rows];
  }

  function classes(theme) {
    const rows = theme.classes.map(({ code, word, fill, pattern }) => el('li', { 'data-class': code }, swatch(fill, view.patterns || pattern === 'dashed' ? pattern : ''), word));
    return [el('h3', { text: theme.word }), rows, theme.note && el('p', { class: 'small muted', text: theme.note })];
  }

  function show() {
    const far = view.ground() > LEVELS.parcels;
    const theme = page.themes.find(({ code }) => code === view.theme);
    let made = statuses;
    if (far) made = shares;
    else if (view.theme === 'builtup') made = () => [el('h3', { text: t('theme.builtup') }), []];
    else if (theme) made = () => classes(theme);
    const [title, rows, note] = made();
    const more = [];
    if (view.builtup) {
      more.push(el('li', { class: 'sep' }, square(yearColour(view.year)), t('legend.builtup', { year: view.year })));
    }
    if (view.parks) more.push(el('li', { class: 'sep' }, boundaryKey(), t('legend.park')));
    box.replaceChildren(...[title, el('ul', {}, ...rows, ...more), note].filter(Boolean));
  }
  show();
  return { box, show };
}
