/** How parcels, parks and built-up patches are drawn: the statuses of the page on canvas, with their patterns. */
import { Fill, Stroke, Style, Text } from '../vendor/ol.js';
import { LEVELS } from './grids.js';
import { STATUS, number, page, t } from './page.js';
import { OF_STATUS, covers, patterned } from './patterns.js';

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const INK = token('--c-ink');
const OUTLINE = token('--s-outline');
const BRAND = token('--c-brand');
const WHITE = token('--c-select-halo');
const FONT = token('--font');
const YEARS = [1, 2, 3, 4, 5, 6].map((step) => token(`--y-${step}`));

function fillOf(colour, pattern) {
  return new Fill({ color: covers(pattern) ? patterned(colour, pattern) : colour });
}

const cache = new Map();
function kept(key, make) {
  if (!cache.has(key)) cache.set(key, make());
  return cache.get(key);
}

/** The drawing of a class: its colour, from near its pattern and outline; dashed where a fact is missing. */
function classStyle({ fill, pattern }, outlined, patterns) {
  return kept(`class ${fill} ${pattern} ${outlined} ${patterns}`, () => {
    const dashed = pattern === 'dashed';
    return new Style({
      zIndex: 1,
      fill: fillOf(fill, patterns && outlined ? pattern : ''),
      stroke: outlined
        ? new Stroke({
            color: dashed ? token('--c-ink-3') : OUTLINE,
            width: dashed ? 1.2 : 0.7,
            lineDash: dashed ? [4, 2.5] : undefined,
            lineJoin: 'round',
          })
        : undefined,
    });
  });
}

function parcelStyle(code, outlined, patterns) {
  const pattern = code === 'unknown' ? 'dashed' : OF_STATUS[code] || '';
  return classStyle({ fill: STATUS.get(code).fill, pattern }, outlined, patterns);
}

const THEMES = new Map((page.themes || []).map(({ code, classes }) => [code, new Map(classes.map((one) => [one.code, one]))]));

/** A class of a theme; what has no class of its own is shown as the last, which says so. */
export function themeClass(theme, code) {
  const classes = THEMES.get(theme);
  return classes && (classes.get(code) || [...classes.values()].pop());
}

const boundary = [
  new Style({ zIndex: 2, stroke: new Stroke({ color: 'rgba(11,83,148,.14)', width: 8 }) }),
  new Style({ zIndex: 3, stroke: new Stroke({ color: BRAND, width: 1.8, lineDash: [12, 4, 2, 4] }) }),
];
const ground = new Style({ zIndex: 0, fill: new Fill({ color: token('--g-park') }) });

/** The five steps of the idle share of a park, as the legend names them: lower bound and fill. */
export const SHARES = [0, 0.05, 0.1, 0.2, 0.4].map((from, i) => ({
  from,
  colour: ['#fdfbf0', '#fff3c0', '#ffe36e', '#efc02f', '#c9930a'][i],
}));

function parkStyle(feature, ground_m, growth) {
  if (growth || ground_m <= LEVELS.parcels) return [ground, ...boundary];
  const share = feature.get('idle_share') || 0;
  const step = SHARES.filter((s) => share >= s.from).pop();
  return [
    kept(`share ${step.from}`, () => new Style({ zIndex: 0, fill: new Fill({ color: step.colour }) })),
    ...boundary,
  ];
}

/** Name and count of a park; below its outline where the outline is too small to hold them. */
function parkLabel(feature, ground_m, resolution, growth) {
  if (ground_m <= LEVELS.parcels) return null;
  const n = feature.get('n');
  const name = feature.get('name') || feature.get('code');
  const told = growth ? growth(feature.get('code')) : n === undefined ? null : t('map.park_count', { n: number(n) });
  const [, bottom, , top] = feature.getExtent();
  const height = (top - bottom) / resolution;
  const text = label(told === null ? name : `${name}\n${told}`, '700 14px ');
  if (height < 120) text.setOffsetY(height / 2 + 26);
  return new Style({ zIndex: 5, text });
}

function label(text, font = '400 13px ') {
  return new Text({
    text,
    font: font + FONT,
    overflow: true,
    fill: new Fill({ color: INK }),
    stroke: new Stroke({ color: WHITE, width: 3 }),
  });
}

/** A holder's name in lines of seven characters. */
function wrapped(text) {
  return text.match(/.{1,7}/gu).join('\n');
}

function labelStyle(feature, ground_m, selected) {
  if (ground_m >= LEVELS.labels) return null;
  // A name of seven characters a line needs about 96 x 68 px, a number 22 x 16 px.
  const px = feature.get('m2') / ground_m ** 2;
  if (px < 350 && selected !== feature.getId()) return null;
  const holder = ground_m < LEVELS.holders && px > 6500 && feature.get('holder');
  const own = feature.get('label');
  const chosen = selected === feature.getId();
  const text = holder ? `${own}\n${wrapped(holder)}` : own;
  return kept(`label ${text} ${chosen}`, () => new Style({
    zIndex: chosen ? 7 : 6,
    text: label(text, chosen ? '700 13px ' : '400 13px '),
  }));
}

/**
 * Style of the tiles of parks and parcels.
 * @param {{ground: function(): number, patterns: boolean, parks: boolean, parcels: boolean, labels: boolean,
 *          selected: number|null, plain: boolean, growth: function(string): string|undefined}} view `plain`: another
 *          theme lies on top; `growth`: what is said of a park instead of its idle share and count
 */
export function tileStyle(view) {
  return (feature) => {
    const metres = view.ground();
    switch (feature.get('layer')) {
      case 'park':
        return view.parks ? parkStyle(feature, metres, view.growth) : null;
      case 'parcel': {
        const code = feature.get('status');
        if (!view.parcels || metres > LEVELS.parcels) return null;
        if (code === 'normal' && metres > LEVELS.normal && !THEMES.has(view.theme)) return null;
        if (THEMES.has(view.theme)) return classStyle(themeClass(view.theme, feature.get('theme')), metres <= LEVELS.normal, view.patterns);
        return parcelStyle(view.plain ? 'normal' : code, metres <= LEVELS.normal, view.patterns);
      }
      default:
        return null;
    }
  };
}

/** Style of the layer of names and numbers, over everything else. */
export function textStyle(view) {
  return (feature, resolution) => {
    const metres = view.ground();
    const of = feature.get('layer');
    if (of === 'park') return view.parks ? parkLabel(feature, metres, resolution, view.growth) : null;
    return of === 'label' && view.labels && view.parcels ? labelStyle(feature, metres, view.selected) : null;
  };
}

const hovered = new Style({ stroke: new Stroke({ color: INK, width: 2, lineJoin: 'round' }) });
const selected = [
  new Style({ zIndex: 1, stroke: new Stroke({ color: WHITE, width: 5, lineJoin: 'round' }) }),
  new Style({ zIndex: 2, stroke: new Stroke({ color: token('--c-select'), width: 3, lineJoin: 'round' }) }),
];

/** Style of the outlines over the tiles: the selected parcel and the one under the pointer. */
export function outlineStyle(view) {
  return (feature) => {
    if (feature.get('layer') !== 'parcel') return null;
    const id = feature.getId();
    if (id === view.selected || view.chosen.has(id)) return selected;
    return id === view.hovered ? hovered : null;
  };
}

/** Colour of a built-up year: light (first) to dark (last). */
export function yearColour(year) {
  const years = page.years || [];
  const share = years.length > 1 ? years.indexOf(year) / (years.length - 1) : 1;
  return YEARS[Math.max(0, Math.min(YEARS.length - 1, Math.round(share * (YEARS.length - 1))))];
}

/** Style of the built-up patches of a year. */
export function builtupStyle(year) {
  return new Style({
    fill: new Fill({ color: `${yearColour(year)}8c` }),
    stroke: new Stroke({ color: `${YEARS[5]}99`, width: 0.7 }),
  });
}

export const measureStyle = [
  new Style({ stroke: new Stroke({ color: WHITE, width: 5 }), fill: new Fill({ color: 'rgba(11,83,148,.12)' }) }),
  new Style({ stroke: new Stroke({ color: BRAND, width: 2.5 }) }),
];
