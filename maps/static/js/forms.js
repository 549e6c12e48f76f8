// Forms: a day typed or pasted in a usual way is shown as it is understood; what is wrong comes into focus.
// Without this file the server reads the same ways of writing a day.

const DAY = /^(\d{4})\s*[-./年]?\s*(\d{1,2})\s*[-./月]?\s*(\d{1,2})\s*日?$/;

/** A day such as 2023.3.1, 2023年3月1日 or 20230301 as 2023-03-01; other text as it is. */
export function normalised(text) {
  const typed = text.trim();
  const found = DAY.exec(typed);
  if (!found || (/^\d+$/.test(typed) && typed.length !== 8)) return text;
  const [year, month, day] = found.slice(1).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return text;
  return date.toISOString().slice(0, 10);
}

const isDay = (field) => field instanceof HTMLInputElement
  && (field.dataset.day !== undefined || ['as_of', 'known_on', 'supplied_from', 'supplied_to'].includes(field.name));

document.addEventListener('change', (event) => {
  if (isDay(event.target)) event.target.value = normalised(event.target.value);
});

function toSummary() {
  const summary = document.querySelector('.errsum[tabindex]');
  if (summary) summary.focus();
}
document.addEventListener('htmx:afterSettle', toSummary);
toSummary();
