/** The address of what is on the screen: /map?c=121.12345,41.09876&r=1.2&p=<id>&theme=status&y=2024 plus the filter. */
import { filterQuery, page } from './page.js';

const asked = new URLSearchParams(window.location.search);

function numeric(query, name) {
  const value = Number(query.get(name));
  return query.has(name) && Number.isFinite(value) && value > 0 ? value : null;
}

function place(text) {
  if (!/^-?\d+(\.\d+)?,-?\d+(\.\d+)?$/.test(text || '')) return null;
  const [lon, lat] = text.split(',').map(Number);
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 85 ? [lon, lat] : null;
}

/** What the query of an address asks for; anything unreadable is null. */
export function wantedIn(search) {
  const query = new URLSearchParams(search);
  const parcel = numeric(query, 'p');
  return {
    centre: place(query.get('c')),
    resolution: numeric(query, 'r'),
    parcel: Number.isInteger(parcel) ? parcel : null,
    theme: query.get('theme'),
    year: numeric(query, 'y'),
  };
}
/** What the address asked for when the page was opened. */
export const wanted = wantedIn(window.location.search);

const themes = ['status', 'builtup', ...page.themes.map(({ code }) => code)];
/** Parts of the address that can't be read. */
export const malformed = [
  ['c', wanted.centre !== null], ['r', wanted.resolution !== null], ['p', Number.isInteger(wanted.parcel)],
  ['y', page.years.includes(wanted.year)], ['theme', themes.includes(wanted.theme)],
].filter(([name, fine]) => asked.get(name) && !fine).map(([name]) => name);

/** The address of a state of the map; the filter, language and days asked for stay. */
export function address({ centre, resolution, parcel, theme, year }) {
  const query = new URLSearchParams();
  query.set('c', centre.map((degrees) => degrees.toFixed(5)).join(','));
  query.set('r', String(Number(resolution.toPrecision(3))));
  if (parcel) query.set('p', parcel);
  if (theme !== 'status') query.set('theme', theme);
  if (year && theme === 'builtup') query.set('y', year);
  for (const [name, value] of filterQuery()) if (!query.has(name)) query.append(name, value);
  for (const name of ['lang', 'as_of', 'known_on', 'vs']) if (asked.has(name)) query.set(name, asked.get(name));
  if (!query.has('lang') && page.lang === 'en') query.set('lang', 'en');
  return `${window.location.pathname}?${query.toString().replace(/%2C/g, ',')}`;
}

/** The same page with the filter changed by `change(query)`. */
export function withFilter(current, change) {
  const target = new URL(current, window.location.href);
  change(target.searchParams);
  return target.pathname + target.search.replace(/%2C/g, ',');
}

/** The days asked for, as parameters of API calls. */
export function days() {
  const query = new URLSearchParams();
  for (const name of ['as_of', 'known_on']) if (asked.has(name)) query.set(name, asked.get(name));
  query.set('lang', page.lang);
  return query;
}
