// The table of parcels: filters apply at once, rows open a panel, chosen rows are counted by the server.
// Without this file the same forms and links work by loading pages.

const PAUSE_MS = 150;
const KEY = 'landstock.chosen';
let chosen = new Set();
let everything = false;
let pause = 0;
let current = null;

const rows = () => document.getElementById('rows');
const bar = () => document.getElementById('selbar');
const beside = () => document.getElementById('beside');
const boxes = () => Array.from(document.querySelectorAll('#rows tbody input[name="ids"]'));

document.addEventListener('htmx:configRequest', (event) => {
  const { parameters } = event.detail;
  for (const [name, value] of Object.entries(parameters)) {
    if (value === '') delete parameters[name];
  }
});

document.addEventListener('change', (event) => {
  const form = event.target instanceof Element ? event.target.closest('form.filters') : null;
  if (form && event.target instanceof HTMLSelectElement && !event.target.closest('.pop')) form.requestSubmit();
});

/* Chosen rows: kept while the filter stays the same, over pages and orders. */

function recall() {
  if (!rows() || !rows().dataset.filter) return;
  const kept = JSON.parse(sessionStorage.getItem(KEY) || '{}');
  const same = kept.filter === rows().dataset.filter;
  chosen = new Set(same ? kept.ids : []);
  everything = same && Boolean(kept.everything);
  show();
}

function keep() {
  const filter = rows().dataset.filter;
  sessionStorage.setItem(KEY, JSON.stringify({ filter, ids: [...chosen], everything }));
  show();
}

function show() {
  const here = boxes();
  for (const box of here) {
    box.checked = everything || chosen.has(box.value);
    box.closest('tr').classList.toggle('sel', box.checked);
  }
  const head = document.getElementById('all-here');
  if (head) {
    const n = here.filter((box) => box.checked).length;
    head.checked = n > 0 && n === here.length;
    head.indeterminate = n > 0 && n < here.length;
  }
  clearTimeout(pause);
  if (!bar()) return;
  if (!chosen.size && !everything) bar().hidden = true;
  else pause = setTimeout(count, PAUSE_MS);
}

/** Ask the server for count and area of what is chosen; the bar comes whole from there. */
async function count() {
  const address = new URL(rows().dataset.selection, window.location.href);
  const asked = everything ? 'all' : [...chosen].join();
  if (!everything) for (const id of [...chosen].sort()) address.searchParams.append('ids', id);
  const answer = await fetch(address, { headers: { 'HX-Request': 'true' } });
  if (!answer.ok || asked !== (everything ? 'all' : [...chosen].join())) return;
  bar().innerHTML = await answer.text(); // made by our own template, values escaped
  const all = bar().querySelector('[data-act="all"]');
  if (all) Object.assign(all, { hidden: everything, textContent: rows().dataset.all });
  bar().hidden = false;
}

document.addEventListener('change', (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement) || box.type !== 'checkbox' || !box.closest('#rows')) return;
  if (everything) {
    everything = false;
    chosen = new Set(boxes().map(({ value }) => value));
  }
  for (const one of box.id === 'all-here' ? boxes() : [box]) {
    if (box.checked && chosen.size < Number(rows().dataset.most)) chosen.add(one.value);
    else chosen.delete(one.value);
  }
  keep();
});

document.addEventListener('click', (event) => {
  const act = event.target.closest && event.target.closest('#selbar [data-act]');
  if (!act) return;
  everything = act.dataset.act === 'all';
  chosen.clear();
  keep();
  const first = everything ? bar() : document.getElementById('all-here');
  if (first && !everything) first.focus();
});

/* The panel beside the table. */

function open(row, focus) {
  if (current) current.removeAttribute('aria-current');
  current = row;
  row.setAttribute('aria-current', 'true');
  row.parentElement.querySelectorAll('tr[tabindex="0"]').forEach((one) => { one.tabIndex = -1; });
  row.tabIndex = 0;
  beside().hidden = false;
  window.htmx.ajax('GET', row.dataset.panel, { target: '#beside', swap: 'innerHTML' }).then(() => {
    const title = document.getElementById('beside-title');
    if (title && focus) title.focus();
  });
}

function close() {
  if (!beside() || beside().hidden) return false;
  beside().hidden = true;
  beside().replaceChildren();
  if (current && current.isConnected) {
    current.removeAttribute('aria-current');
    current.focus();
  }
  current = null;
  return true;
}

document.addEventListener('click', (event) => {
  if (event.target.closest('#beside-close')) close();
  const row = event.target.closest('#rows tbody tr[data-panel]');
  if (!row || event.target.closest('a, button, input, label') || String(window.getSelection()).length) return;
  open(row, false);
  row.focus();
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !document.querySelector('details.menu[open]') && close()) return;
  const row = event.target;
  if (!(row instanceof HTMLTableRowElement) || !row.dataset.panel) return;
  const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
  if (step) move(row, row[step]);
  else if (event.key === 'Home') move(row, row.parentElement.firstElementChild);
  else if (event.key === 'End') move(row, row.parentElement.lastElementChild);
  else if (event.key === 'Enter') open(row, true);
  else if (event.key === ' ') row.querySelector('input[name="ids"]').click();
  else return;
  event.preventDefault();
});

function move(from, to) {
  if (!to) return;
  from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
  if (!beside().hidden) open(to, false);
}

/** One row takes part in the order of the Tab key; the arrow keys lead to the others. */
function begin() {
  const all = document.querySelectorAll('#rows tbody tr[data-panel]');
  all.forEach((row, i) => { row.tabIndex = i ? -1 : 0; });
  if (beside() && !beside().hidden && (!current || !current.isConnected)) close();
  recall();
}

document.addEventListener('htmx:afterSettle', (event) => {
  if (event.detail.target.id !== 'beside') begin();
});
begin();
