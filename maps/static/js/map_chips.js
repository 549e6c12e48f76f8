/** The bar over the map: the filter as chips (made by the server), days and knowledge, the same parcels as a table. */
import { drawing, el, number, page, say, t } from './page.js';

/** @param {{changeFilter: function, table: function(): string}} act */
export function chipBar(act) {
  const chips = document.getElementById('chips');
  const table = el('a', { class: 'btn' });
  // The links of the chips work without a script; with it the view stays as it is.
  chips.addEventListener('click', (event) => {
    const chip = event.target.closest('a.x') && event.target.closest('[data-name]');
    if (!chip) return;
    event.preventDefault();
    act.changeFilter((query) => query.delete(chip.dataset.name));
  });
  return {
    box: el('div', { class: 'mchips' }, chips, when(act), table),
    show(total) {
      table.href = act.table();
      table.replaceChildren(drawing('i-table'), t('map.table', { n: number(total) }));
      say(t('live.results', { n: number(total) }));
    },
  };
}

/** The days of the map: true on, known on, and the day to compare with. */
function when({ changeFilter }) {
  const asked = new URLSearchParams(window.location.search);
  const field = (name, hint) => el('label', {}, t(`when.${name}`), el('input', { class: 'input slim', name, type: 'text',
    autocomplete: 'off', maxlength: '40', value: asked.get(name) || '', placeholder: hint, 'data-day': true }));
  const form = el('form', { class: 'pop', novalidate: true },
    field('as_of', page.run.as_of), field('known_on', t('when.now')), field('vs', t('when.none')),
    el('p', { class: 'small muted', text: t('when.note') }),
    el('button', { class: 'btn primary', type: 'submit', text: t('when.show') }));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    changeFilter((query) => {
      for (const { name, value } of form.querySelectorAll('input')) {
        if (value.trim()) query.set(name, value.trim());
        else query.delete(name);
      }
    });
  });
  return el('details', { class: 'menu when' },
    el('summary', { class: 'btn' }, drawing('i-clock'), page.vs ? t('when.plain') : t('when.title', { day: page.run.as_of })), form);
}
