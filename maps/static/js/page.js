/** What the server handed over with the page, and small helpers to build it. Text is only ever set as text. */

export const page = JSON.parse(document.getElementById('page-data').textContent);

/**
 * A text of the page's language; `{name}` in it is replaced.
 * @param {string} key
 * @param {Object<string, string|number>} [values]
 */
export function t(key, values = {}) {
  const text = page.words[key];
  if (text === undefined) {
    console.error(`missing translation: ${key}`);
    return key;
  }
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/**
 * An element with attributes and children. `on…` attributes are listeners, `text` is its text.
 * @param {string} tag
 * @param {Object<string, *>} [attributes]
 * @param {...(Node|string|null|undefined|false)} children
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'text') node.textContent = value;
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** A drawing of the sprite: an icon (`ic`), a swatch (`sw`) or another. */
export function drawing(id, kind = 'ic') {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', kind);
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#${id}`);
  svg.append(use);
  return svg;
}

/** A line as the legend shows it: the park boundary. */
export function boundaryKey() {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'key');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  const drawn = { d: 'M0 6h18', stroke: 'var(--c-brand)', 'stroke-width': '1.8', 'stroke-dasharray': '7 2 2 2' };
  for (const [name, value] of Object.entries(drawn)) path.setAttribute(name, value);
  svg.append(path);
  return svg;
}

export const STATUS = new Map(page.statuses.map((status) => [status.code, status]));

/** Swatch and word of a status. */
export function status(code, word) {
  return el('span', { class: 'st' }, drawing(`s-${code}`, 'sw'), word || (STATUS.get(code) || { word: code }).word);
}

/** A parcel code in three optical groups; copying gives the bare code. */
export function code(value, tag = 'span', attributes = {}) {
  const groups = /^(\d{6})(\d{6})([A-Z]{2}\d{5})$/.exec(value);
  const parts = groups
    ? [el('i', { text: groups[1] }), el('i', { text: groups[2] }), el('b', { text: groups[3] })]
    : [el('b', { text: value })];
  return el(tag, { class: 'code', ...attributes }, ...parts);
}

const whole = new Intl.NumberFormat('en-US');

/** A whole number with thousands separators. */
export const number = (value) => whole.format(value);

/** A decimal (string or number) with a fixed number of decimals and thousands separators. */
export function decimal(value, decimals) {
  return Number(value).toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** Area in the unit chosen for all pages. One parcel has 4 decimals of a hectare, totals 2; mu always 2. */
export function area(m2, total = false) {
  if (m2 === null || m2 === undefined) return '—';
  const ha = `${decimal(Number(m2) / 10000, total ? 2 : 4)} ${t('area.ha')}`;
  const mu = `${decimal((Number(m2) * 3) / 2000, 2)} ${t('area.mu')}`;
  if (total) return page.unit === 'mu' ? mu : ha;
  return page.unit === 'mu' ? `${mu} · ${ha}` : `${ha} · ${mu}`;
}

const spoken = el('div', { class: 'live', role: 'status', 'aria-live': 'polite' });
document.body.append(spoken);

/** Say something to people who hear the page. */
export function say(text) {
  spoken.textContent = text;
}

/** The filter of the page as query parameters, as lists and exports take it. */
export function filterQuery() {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(page.filter || {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== '') query.append(name, one);
    }
  }
  return query;
}

/** An answer of the API. Throws an Error whose `code` is the status, or NET where no answer came. */
export async function read(address, kind = 'json') {
  let answer;
  try {
    answer = await fetch(address, { credentials: 'same-origin' });
  } catch (cause) {
    throw Object.assign(new Error(address), { code: 'NET', cause });
  }
  if (!answer.ok) throw Object.assign(new Error(address), { code: String(answer.status) });
  return kind === 'json' ? answer.json() : answer.arrayBuffer();
}

/** Copy a text; browsers that only allow it on secure pages take the older way. */
export async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) await navigator.clipboard.writeText(text);
  else {
    const box = el('textarea', { class: 'live', 'aria-hidden': 'true' });
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand('copy');
    box.remove();
  }
  say(t('copied'));
}
