/** The address of what is on the screen: /map?c=121.12345,41.09876&r=1.2&p=<id>&theme=status&y=2024 plus the filter. */
import { filterQuery, page } from './page.js';

const asked = new URLSearchParams(window.location.search);

const numeric = (name) => {
  const value = Number(asked.get(name));
  return asked.has(name) && Number.isFinite(value) && value > 0 ? value : null;
};

/** What the address asks for; anything unreadable is null. */
export const wanted = {
  centre: /^-?\d+(\.\d+)?,-?\d+(\.\d+)?$/.test(asked.get('c') || '') ? asked.get('c').split(',').map(Number) : null,
  resolution: numeric('r'),
  parcel: numeric('p'),
  theme: asked.get('theme'),
  year: numeric('y'),
};

/** The address of a state of the map; the filter, language and days asked for stay. */
export function address({ centre, resolution, parcel, theme, year }) {
  const query = new URLSearchParams();
  query.set('c', centre.map((degrees) => degrees.toFixed(5)).join(','));
  query.set('r', String(Number(resolution.toPrecision(3))));
  if (parcel) query.set('p', parcel);
  if (theme !== 'status') query.set('theme', theme);
  if (year && theme !== 'status') query.set('y', year);
  for (const [name, value] of filterQuery()) if (!query.has(name)) query.append(name, value);
  for (const name of ['lang', 'as_of', 'known_on']) if (asked.has(name)) query.set(name, asked.get(name));
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
