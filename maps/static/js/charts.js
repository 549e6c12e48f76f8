/** The charts of a page: bars as SVG, colours from the tokens of the style sheet, patterns where series need them. */
import { init } from '../vendor/echarts.js';
import { page } from './page.js';

const style = getComputedStyle(document.documentElement);
const token = (name) => style.getPropertyValue(name).trim();
const FONT = token('--font').replace(/"/g, '');
const PATTERNS = [ // of the series in order; the first has none
  null,
  { symbol: 'rect', symbolSize: 1, dashArrayX: [1, 0], dashArrayY: [1, 5], rotation: -Math.PI / 4 },
  { symbol: 'circle', symbolSize: 0.5, dashArrayX: [[0, 6], [6, 0]], dashArrayY: [6, 0] },
  { symbol: 'rect', symbolSize: 1, dashArrayX: [1, 0], dashArrayY: [1, 7] },
];
const text = { color: token('--c-ink-2'), fontFamily: FONT, fontSize: 13 };
const shown = (value) => value.toLocaleString('en-US', { maximumFractionDigits: 2 });

function drawn(series, index, spec) {
  const pattern = spec.decals ? PATTERNS[index % PATTERNS.length] : null;
  const one = {
    type: spec.kind === 'line' ? 'line' : 'bar',
    name: series.name,
    stack: series.stack || undefined,
    data: series.values,
    barMaxWidth: 36,
    itemStyle: {
      color: token(series.colour),
      borderColor: token('--c-surface'),
      borderWidth: 1,
      decal: pattern ? { ...pattern, color: token('--c-veil') } : undefined,
    },
  };
  return one;
}

/** A line between two columns. A category has no place but its middle, so it stands on an axis of its own: from 0 on, one a column. */
function marked(mark) {
  return {
    type: 'line', xAxisIndex: 1, data: [], tooltip: { show: false }, silent: true,
    markLine: {
      silent: true, symbol: 'none', animation: false,
      lineStyle: { color: token('--c-ink'), type: 'dashed', width: 1.5 },
      label: { formatter: mark.text, ...text, color: token('--c-ink'), position: 'end' },
      data: [{ xAxis: mark.at }],
    },
  };
}

function option(spec) {
  const lying = spec.kind === 'rows';
  const names = {
    type: 'category', data: spec.categories, inverse: lying, name: spec.across, nameLocation: 'middle', nameGap: 30, nameTextStyle: text,
    axisLabel: { ...text, width: lying ? 150 : undefined, overflow: 'truncate', hideOverlap: true },
    axisTick: { show: false }, axisLine: { lineStyle: { color: token('--c-ink') } },
  };
  const values = {
    type: 'value', axisLabel: { ...text, formatter: shown }, splitLine: { lineStyle: { color: token('--c-line-soft') } },
    minInterval: spec.series.every((one) => one.values.every((value) => value === null || Number.isInteger(value))) ? 1 : 0,
  };
  const edges = { type: 'value', position: 'bottom', min: 0, max: spec.categories.length, show: false, axisPointer: { show: false } };
  return {
    animation: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
    aria: { enabled: true, label: { description: spec.title } },
    textStyle: text,
    legend: { data: spec.series.map((series) => series.name), top: 0, left: 0, itemWidth: 16, itemHeight: 12, textStyle: { ...text, color: token('--c-ink') }, selectedMode: false },
    grid: { left: 8, right: 24, top: 44, bottom: spec.across ? 34 : 8, containLabel: true },
    tooltip: {
      trigger: 'axis', renderMode: 'richText', axisPointer: { type: 'shadow' }, confine: true,
      valueFormatter: (value) => (value === null || value === undefined ? '—' : `${shown(value)} ${spec.unit}`),
    },
    xAxis: lying ? values : spec.mark ? [names, edges] : names,
    yAxis: lying ? names : values,
    series: [...spec.series.map((series, index) => drawn(series, index, spec)), ...(spec.mark ? [marked(spec.mark)] : [])],
  };
}

for (const spec of page.charts) {
  const host = document.getElementById(`chart-${spec.id}`);
  const chart = init(host, null, { renderer: 'svg' });
  chart.on('finished', () => host.setAttribute('data-ready', '1'));
  chart.setOption(option(spec));
  host.setAttribute('role', 'img');
  const fit = () => chart.resize({ animation: { duration: 0 } });
  window.addEventListener('resize', fit);
  window.addEventListener('beforeprint', fit);
  window.addEventListener('afterprint', fit);
}
