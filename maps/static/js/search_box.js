// The search box in the header: finds from the second character on, by keyboard as well (ARIA combobox).
// Without this file the form leads to the list of parcels. The map page says itself what a find does.

const PAUSE_MS = 250;
const FEWEST = 2;
const input = document.getElementById('search');
const form = input && input.closest('form');
if (input && form && !document.getElementById('map')) {
  attachSearch(input, (item) => window.location.assign(item.href));
}

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function swatch(code) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'sw');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#s-${code}`);
  svg.append(use);
  return svg;
}

/**
 * Make a search box find while one types.
 * @param {HTMLInputElement} input within a form that has the words `data-hits` and `data-none`
 * @param {function(Object)} pick what to do with a find of /api/v1/search; its group is its `kind`
 */
export function attachSearch(input, pick) {
  const form = input.closest('form');
  const list = make('div', { class: 'hits', id: 'hits', role: 'listbox', 'aria-label': form.dataset.hits });
  list.hidden = true;
  form.append(list);
  const roles = { role: 'combobox', 'aria-controls': 'hits', 'aria-expanded': 'false', 'aria-autocomplete': 'list' };
  for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);
  let timer = 0;
  let asked = '';
  let options = [];
  let finds = new Map();
  let current = -1;

  function close() {
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }

  function point(index) {
    current = (index + options.length) % options.length;
    options.forEach((node, i) => node.setAttribute('aria-selected', String(i === current)));
    input.setAttribute('aria-activedescendant', options[current].id);
    options[current].scrollIntoView({ block: 'nearest' });
  }

  function go(node) {
    close();
    pick(finds.get(node));
  }

  function option(item) {
    const { text, detail, status, word, href } = item;
    const side = make('span', { class: 's' });
    if (status) side.append(make('span', { class: 'st' }, swatch(status), word));
    else side.append(detail || '');
    const found = { role: 'option', id: `hit-${options.length}`, 'aria-selected': 'false', 'data-href': href };
    const node = make('div', found, make('span', {}, text), side);
    node.addEventListener('mousedown', (event) => {
      event.preventDefault();
      go(node);
    });
    options.push(node);
    finds.set(node, item);
    return node;
  }

  async function find() {
    const text = input.value.trim();
    asked = text;
    options = [];
    finds = new Map();
    current = -1;
    if (text.length < FEWEST) {
      close();
      return;
    }
    const here = new URLSearchParams(window.location.search);
    const query = new URLSearchParams({ q: text, places: 'true' });
    for (const name of ['as_of', 'known_on', 'lang']) if (here.get(name)) query.set(name, here.get(name));
    const answer = await fetch(`/api/v1/search?${query}`, { credentials: 'same-origin' }).catch(() => null);
    if (asked !== text) return;
    if (!answer || !answer.ok) {
      close();
      return;
    }
    const { groups } = await answer.json();
    if (asked !== text) return;
    const shown = [];
    for (const { kind, word, items } of groups) {
      shown.push(make('div', { class: 'grp', role: 'presentation' }, word), ...items.map((item) => option({ ...item, kind })));
    }
    if (!options.length) shown.push(make('div', { class: 'none', role: 'presentation' }, form.dataset.none));
    list.replaceChildren(...shown);
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
  }

  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(find, PAUSE_MS);
  });
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
    if (list.hidden || !options.length) return;
    if (event.key === 'ArrowDown') point(current + 1);
    else if (event.key === 'ArrowUp') point(current - 1);
    else if (event.key === 'Enter') go(options[Math.max(current, 0)]);
    else return;
    event.preventDefault();
  });
  return { focus: () => input.focus() };
}
