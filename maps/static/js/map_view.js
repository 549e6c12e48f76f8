/** Projection, extent and state of the map: what is on the screen, for every part that draws or asks. */
import { View, getPointResolution, transform, transformExtent } from '../vendor/ol.js';
import { grid as tileGrid } from './grids.js';
import { page } from './page.js';
import { wanted } from './url.js';

const DEGREES = 'EPSG:4326'; // the same numbers as EPSG:4490 to far below a pixel
const FINEST = 0.05; // m/px
const CLOSE = 8; // metres a pixel, below the step from which normal parcels are drawn
const AROUND = [64, 88, 140, 88]; // px that buttons and boxes take at the edges

export const { projection, tiles: grid } = tileGrid(page.grid);
export const toMap = (place) => transform(place, DEGREES, projection);
export const toDegrees = (place) => transform(place, projection, DEGREES);
/** A box in degrees (west, south, east, north) in the units of the view. */
export const boxToMap = (box) => transformExtent(box, DEGREES, projection);
export const boxToDegrees = (box) => transformExtent(box, projection, DEGREES);

export const extent = boxToMap(page.extent);
export const middle = [(extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2];
/** Units of the view per metre on the ground: 1 / cos(latitude) in web Mercator. */
export const stretch = (at) => 1 / getPointResolution(projection, 1, at, 'm');

/** The theme of an address; the status where it names none that there is. */
export function themeOf(asked) {
  const builtup = asked.theme === 'builtup' && page.years.length > 0;
  return builtup || page.themes.some(({ code }) => code === asked.theme) ? asked.theme : 'status';
}
/** The year of an address; the newest where it names none that was surveyed. */
export const yearOf = (asked) => (page.years.includes(asked.year) ? asked.year : page.years[page.years.length - 1] || null);

const theme = themeOf(wanted);
const builtup = theme === 'builtup';

export const olView = new View({
  projection,
  center: wanted.centre ? toMap(wanted.centre) : middle,
  resolution: wanted.resolution ? wanted.resolution * stretch(wanted.centre ? toMap(wanted.centre) : middle) : 1,
  minResolution: FINEST * stretch(middle),
  maxResolution: grid.getResolutions()[3],
  constrainResolution: false,
  enableRotation: false,
});

export const view = {
  ground: () => olView.getResolution() / stretch(olView.getCenter()),
  patterns: true, parks: true, parcels: true, labels: true,
  builtup, plain: builtup, theme,
  year: yearOf(wanted),
  selected: null, hovered: null, chosen: new Set(),
};

/** Show everything; where there is no park to show from afar, as much as still shows single parcels. */
export function home(map) {
  olView.fit(extent, { size: map.getSize(), padding: AROUND });
  if (!page.parks.length && view.ground() > CLOSE) olView.setResolution(olView.getResolution() * CLOSE / view.ground());
}

/** Zoom to a parcel of the API. */
export function zoomTo(found) {
  olView.fit(boxToMap(found.bounds), {
    padding: [96, 96, 96, 96], maxZoom: undefined, minResolution: 0.3 * stretch(middle), duration: 250,
  });
}
