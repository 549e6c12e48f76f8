/** The header's search box on the map page: finds from the second character on, coordinates without asking. */
import { proj4 } from '../vendor/ol.js';
import { zoneDefinition } from './grids.js';
import { el, read, status, t } from './page.js';
import { days } from './url.js';

const PAUSE_MS = 250;
const GROUPS = { parcel: 'search.parcels', holder: 'search.holders', contract: 'search.contracts', park: 'search.parks' };

/** Readings of a typed pair of numbers as places: degrees, or metres in a 3-degree zone with or without its number. */
export function places(text) {
  const numbers = text.match(/-?\d+(\.\d+)?/g);
  if (!numbers || numbers.length !== 2 || /[^\d\s.,，;；XYxyNEne°=:：-]/.test(text)) return [];
  const [a, b] = numbers.map(Number);
  const found = [];
  if (a > 70 && a < 140 && b > 3 && b < 55) found.push([a, b]);
  if (b > 70 && b < 140 && a > 3 && a < 55) found.push([b, a]);
  const [north, east] = a > b && b < 1e6 ? [a, b] : b > 2.4e7 && b < 4.6e7 ? [a, b] : [b, a];
  if (north > 3e5 && north < 6e6) {
    if (east > 2.4e7 && east < 4.6e7) found.push(inZone(Math.floor(east / 1e6) * 3, true, east, north));
    else if (east > 2e5 && east < 8e5) for (const meridian of [120, 123]) found.push(inZone(meridian, false, east, north));
  }
  return found;
}

function inZone(meridian, prefix, east, north) {
  return proj4(zoneDefinition(meridian, prefix), 'EPSG:4490').forward([east, north]);
}

export function search({ goTo, select, open }) {
  const input = document.getElementById('search');
  if (!input) return { focus() {} };
  const list = el('div', { class: 'hits', id: 'hits', role: 'listbox', 'aria-label': t('search.hits'), hidden: true });
  input.closest('.search').append(list);
  for (const [name, value] of Object.entries({ role: 'combobox', 'aria-controls': 'hits', 'aria-expanded': 'false', 'aria-autocomplete': 'list' })) {
    input.setAttribute(name, value);
  }
  let timer = 0;
  let asked = '';
  let options = [];
  let current = -1;

  function close() {
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }
  function point(index) {
    current = (index + options.length) % options.length;
    options.forEach(({ node }, i) => node.setAttribute('aria-selected', String(i === current)));
    input.setAttribute('aria-activedescendant', options[current].node.id);
    options[current].node.scrollIntoView({ block: 'nearest' });
  }
  function option(content, act) {
    const node = el('div', { role: 'option', id: `hit-${options.length}`, 'aria-selected': 'false' }, ...content);
    node.addEventListener('mousedown', (event) => {
      event.preventDefault();
      choose(act);
    });
    options.push({ node, act });
    return node;
  }
  function choose(act) {
    close();
    act();
  }
  function act(kind, item) {
    if (item.entity_id && (kind !== 'holder' || item.n === 1)) return () => select(item.entity_id, true);
    if (kind === 'park') return () => open({ park: item.park_code });
    return () => open({ holder: item.text });
  }
  async function find() {
    const text = input.value.trim();
    asked = text;
    options = [];
    current = -1;
    if (text.length < 2) return close();
    const shown = places(text).map((place) => option(
      [el('span', { text: `${place[1].toFixed(6)}°N ${place[0].toFixed(6)}°E` }), el('span', { class: 's', text: t('search.coordinate') })],
      () => goTo(place)));
    const query = days();
    query.set('q', text);
    const answer = await read(`/api/v1/search?${query}`).catch(() => ({ groups: [] }));
    if (asked !== text) return undefined;
    for (const { kind, items } of answer.groups) {
      shown.push(el('div', { class: 'grp', role: 'presentation', text: t(GROUPS[kind]) }));
      for (const item of items) {
        const side = item.status ? status(item.status, item.word) : item.detail || '';
        shown.push(option([el('span', { text: item.text }), el('span', { class: 's' }, side)], act(kind, item)));
      }
    }
    if (!options.length) shown.push(el('div', { class: 'none', role: 'presentation', text: t('search.none', { q: text }) }));
    list.replaceChildren(...shown);
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    return undefined;
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
    else if (event.key === 'Enter') choose(options[Math.max(current, 0)].act);
    else return;
    event.preventDefault();
  });
  return { focus: () => input.focus() };
}
