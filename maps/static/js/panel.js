/** The side panel: results, one parcel with its reasons, layers. */
import { area, code, copy, decimal, drawing, el, filterQuery, number, page, read, say, status, t } from './page.js';
import { days } from './url.js';

const SIZE = 50;
const SHORT_TRACE = 3;
// What follows from a verdict, and what prepares a step, is not what decided it.
const ASIDE = /#(foundation|cause|gate|fee|recovery|collective|deadline)$/;
const TABS = ['results', 'parcel', 'layers'];

/**
 * @param {HTMLElement} aside
 * @param {{select: function, zoomTo: function, hover: function, link: function, fail: function, choose: function, condition: function,
 *          focusSearch: function}} act what the panel asks of the map
 * @param {HTMLElement} layers content of the third tab
 */
export function panel(aside, act, layers) {
  const bodies = Object.fromEntries(TABS.map((name) => [name, el('div', {
    class: 'pbody', role: 'tabpanel', id: `panel-${name}`, 'aria-labelledby': `tab-${name}`, tabindex: '0', hidden: true,
  })]));
  const tabs = TABS.map((name) => el('button', {
    type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': `panel-${name}`, text: t(`tab.${name}`),
    onclick: () => open(name),
  }));
  const collapse = el('button', { type: 'button', class: 'collapse', title: t('panel.collapse'),
    'aria-label': t('panel.collapse'), onclick: () => act.collapse(true) }, drawing('i-left'));
  const actions = el('div', { class: 'pacts', hidden: true });
  aside.setAttribute('aria-label', t('panel.label'));
  aside.replaceChildren(
    el('div', { class: 'tabs' }, el('div', { role: 'tablist', 'aria-label': t('panel.label') }, ...tabs), collapse),
    ...Object.values(bodies), actions,
  );
  bodies.layers.append(layers);
  tabs.forEach((tab, i) => tab.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = (i + step + TABS.length) % TABS.length;
    open(TABS[next]);
    tabs[next].focus();
  }));

  let shown = null;
  let items = [];
  let asked = 0;

  function open(name) {
    TABS.forEach((other, i) => {
      tabs[i].setAttribute('aria-selected', String(other === name));
      tabs[i].tabIndex = other === name ? 0 : -1;
      bodies[other].hidden = other !== name;
    });
    actions.hidden = name !== 'parcel' || !shown;
  }

  function nothing() {
    asked += 1; // what is still on its way is no longer wanted
    shown = null;
    actions.hidden = true;
    bodies.parcel.replaceChildren(el('div', { class: 'nothing' }, drawing('i-empty', 'pic'),
      el('p', { text: t('empty.selection') }),
      el('button', { type: 'button', class: 'btn', text: t('empty.search'), onclick: act.focusSearch })));
  }

  /** Show a parcel. Returns it, null where it did not come, undefined where another one was asked for meanwhile. */
  async function show(id) {
    const turn = ++asked;
    open('parcel');
    bodies.parcel.setAttribute('aria-busy', 'true');
    let found;
    try {
      found = await read(`/api/v1/parcels/by-id/${id}?${days()}`);
    } catch (error) {
      if (turn !== asked) return undefined;
      nothing();
      bodies.parcel.removeAttribute('aria-busy');
      if (error.code !== '404') act.fail(error.code, () => show(id));
      else bodies.parcel.prepend(el('div', { class: 'psec' }, el('div', { class: 'missing', role: 'alert' },
        drawing('i-warn'), el('span', { text: t('error.unknown_parcel', { id }) }))));
      return null;
    }
    if (turn !== asked) return undefined;
    shown = found;
    bodies.parcel.removeAttribute('aria-busy');
    bodies.parcel.replaceChildren(...sections(found));
    bodies.parcel.scrollTop = 0;
    actions.replaceChildren(...buttons(found));
    open('parcel');
    mark();
    say(t('live.selected', { code: found.parcel_code, status: found.idle.status_word }));
    return found;
  }

  function buttons(found) {
    const link = el('button', { type: 'button', class: 'btn w2' }, drawing('i-copy'), t('parcel.link'));
    link.addEventListener('click', () => copy(act.link()));
    return [
      el('a', { class: 'btn primary w2', href: dossier(found), text: t('parcel.dossier') }),
      el('button', { type: 'button', class: 'btn w2', text: t('parcel.zoom'), onclick: () => act.zoomTo(found) }),
      el('button', { type: 'button', class: 'btn w2', text: t('parcel.choose'), onclick: () => act.choose(found.entity_id) }),
      link,
    ];
  }

  function mark() {
    for (const button of bodies.results.querySelectorAll('[data-id]')) {
      const own = shown && String(shown.entity_id) === button.dataset.id;
      if (own) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    }
  }

  async function results() {
    const query = filterQuery();
    for (const [name, value] of days()) query.set(name, value);
    query.set('size', SIZE);
    query.set('sort', 'status');
    let answer;
    try {
      answer = await read(`/api/v1/parcels?${query}`);
    } catch (error) {
      act.fail(error.code, results);
      return;
    }
    items = answer.items;
    act.total(answer.total);
    bodies.results.replaceChildren(...(answer.total ? found(answer) : none()));
    mark();
  }

  function none() {
    const filtered = [...filterQuery()].length > 0;
    return [el('div', { class: 'nothing' }, drawing('i-empty', 'pic'),
      el('p', { text: t(filtered ? 'empty.filter' : 'empty.data') }),
      filtered && el('a', { class: 'btn', href: '/map', text: t('empty.clear') }))];
  }

  function found(answer) {
    const chosen = page.filter.status || [];
    const facets = page.statuses.filter(({ code: of }) => answer.counts[of] && answer.counts[of].n)
      .map(({ code: of, word }) => el('li', {}, el('button', {
        type: 'button', 'aria-pressed': String(chosen.includes(of)), onclick: () => act.condition('status', of),
      }, drawing(`s-${of}`, 'sw'), word, el('span', { class: 'n', text: number(answer.counts[of].n) }),
      el('span', { class: 'a', text: area(answer.counts[of].area_m2, true) }))));
    const rest = answer.total - answer.items.length;
    return [
      el('div', { class: 'psec' },
        el('p', { class: 'sum' }, el('b', { text: number(answer.total) }), el('span', { class: 'u', text: t('results.unit') }),
          el('span', { class: 'muted', text: area(answer.area_m2, true) })),
        el('ul', { class: 'facetlist' }, ...facets)),
      el('ul', { class: 'reslist', 'aria-label': t('results.list') }, ...answer.items.map(row)),
      rest > 0 && el('div', { class: 'psec' }, el('a', { class: 'small', href: act.table(), text: t('results.more', { n: number(rest) }) })),
    ].filter(Boolean);
  }

  function row(item) {
    return el('li', {}, el('button', {
      type: 'button', 'data-id': item.entity_id, onclick: () => act.select(item.entity_id, true),
      onmouseenter: () => act.hover(item.entity_id), onmouseleave: () => act.hover(null),
    },
    el('span', { class: 'l1' }, code(item.parcel_code), status(item.status, item.word)),
    el('span', { class: 'l2' }, el('span', { class: 'who3', text: item.holder || '—' }),
      el('span', { class: 'nw', text: area(item.registered_area_m2 ?? item.drawn_area_m2, true) }))));
  }

  /** Several parcels under one click: choose one. */
  function several(list) {
    shown = null;
    actions.hidden = true;
    bodies.parcel.replaceChildren(
      el('div', { class: 'psec' }, el('h3', { text: t('parcel.here', { n: list.length }) })),
      el('ul', { class: 'reslist' }, ...list.map(row)));
    open('parcel');
    const first = bodies.parcel.querySelector('button');
    bodies.parcel.onkeydown = (event) => {
      const all = [...bodies.parcel.querySelectorAll('.reslist button')];
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || !all.includes(document.activeElement)) return;
      event.preventDefault();
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    };
    if (first) first.focus();
  }

  nothing();
  open('results');
  return { open, show, nothing, results, several, shown: () => shown, items: () => items };
}

export const dossier = (found) => `/parcels/${encodeURIComponent(found.parcel_code)}?${days()}`;

function sections(found) {
  const { idle } = found;
  const copyCode = el('button', { type: 'button', class: 'copybtn', title: t('parcel.copy'), 'aria-label': t('parcel.copy'),
    onclick: () => copy(found.parcel_code) }, drawing('i-copy'));
  const head = el('div', { class: 'psec' },
    el('div', { class: 'line' }, code(found.parcel_code), copyCode),
    el('div', { class: 'muted small wrap', text: found.holder || '—' }),
    el('div', { class: 'line' }, el('b', {}, status(idle.status, idle.status_word)),
      el('span', { class: 'tag', text: t('parcel.computed') })),
    el('p', { class: 'small', 'data-verdict': idle.verdict, text: idle.finding || idle.word }));
  return [head, why(idle), lacking(idle), facts(found)].filter(Boolean);
}

/** The reasons: at first the last three steps that decided, on demand all. */
function why(idle) {
  const steps = idle.arithmetic.slice(1); // the first is the conclusion, which stands above
  if (!steps.length) return null;
  const decided = steps.filter((step) => step.holds !== null && !ASIDE.test(step.rule)).slice(-SHORT_TRACE);
  const short = decided.length ? decided : steps.slice(0, SHORT_TRACE);
  const list = el('ol', { class: 'trace' });
  const line = (step, i) => el('li', {},
    el('span', { class: 'c', 'aria-hidden': 'true', text: String(i + 1) }),
    step.article && el('span', { class: 'art', text: step.article }),
    step.text);
  const toggle = el('button', { type: 'button', class: 'linkbtn' });
  let open = steps.length <= short.length;
  function show() {
    list.replaceChildren(...(open ? steps : short).map(line));
    toggle.textContent = open ? t('parcel.less') : t('parcel.more', { n: steps.length });
    toggle.setAttribute('aria-expanded', String(open));
  }
  toggle.addEventListener('click', () => {
    open = !open;
    show();
  });
  show();
  return el('div', { class: 'psec' }, el('h3', {}, t('parcel.why'), steps.length > short.length && toggle), list);
}

function lacking(idle) {
  const notes = idle.missing.map(({ text }) => text);
  if (idle.consequence.blocked) notes.push(t('parcel.blocked'));
  if (!notes.length) return null;
  return el('div', { class: 'psec' }, el('h3', { text: t('parcel.missing') }),
    ...notes.map((text) => el('div', { class: 'missing' }, drawing('i-warn'), el('span', { text }))));
}

function facts(found) {
  const { idle } = found;
  const contract = found.contract || {};
  const newest = found.builtup[found.builtup.length - 1];
  const use = [found.landuse_word, found.supply_mode_word].filter(Boolean).join(' · ');
  const rows = [
    ['registered_area', found.registered_area_m2 === null ? null : area(found.registered_area_m2)],
    ['drawn_area', found.registered_area_m2 === null ? area(found.drawn_area_m2) : null, true],
    ['idle_from', idle.idle_from && t('fact.idle_days', { date: idle.idle_from, n: number(idle.days) }), true],
    ['fee', idle.consequence.fee_wan && `${decimal(idle.consequence.fee_wan, 2)} ${t('unit.wan')}`, true],
    ['landuse', use],
    ['contract', contract.contract_no],
    ['commence_by', contract.commence_by],
    ['complete_by', contract.complete_by],
    ['price', contract.price_wan && `${decimal(contract.price_wan, 2)} ${t('unit.wan')}`],
    ['builtup', newest && newest.share !== null
      && t('fact.builtup_value', { share: `${decimal(newest.share * 100, 1)} %`, year: newest.year }), true],
    ['park', found.park_name],
    ['location', found.location],
  ];
  const list = el('dl', { class: 'kv' });
  for (const [name, value, optional] of rows) {
    if (!value && optional) continue;
    list.append(el('dt', { text: t(`fact.${name}`) }), el('dd', {}, value || el('span', { class: 'muted', title: t('fact.none'), text: '—' })));
  }
  return el('div', { class: 'psec' }, el('h3', { text: t('parcel.facts') }), list);
}
