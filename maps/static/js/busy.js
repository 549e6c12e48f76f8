// What tells that the server takes its time: a bar after 300 ms, a word after 2 s, a way out after 5 s; and what failed.

const BAR_MS = 300;
const WORD_MS = 2000;
const CANCEL_MS = 5000;
const part = (name) => document.getElementById(`busy-${name}`);
const running = new Map();
let last = null;
let timers = [];

function show() {
  if (running.size && timers.length) return;
  timers.forEach(clearTimeout);
  timers = [];
  for (const name of ['bar', 'word', 'cancel']) part(name).hidden = true;
  if (!running.size) return;
  timers = [['bar', BAR_MS], ['word', WORD_MS], ['cancel', CANCEL_MS]].map(([name, after]) => setTimeout(() => {
    part(name).hidden = false;
  }, after));
}

function failed(event, code) {
  last = event.detail.elt;
  const said = part('failed').querySelector('[data-text]');
  said.textContent = said.dataset.text.replace('{code}', code);
  part('failed').hidden = false;
}

document.addEventListener('htmx:beforeRequest', (event) => {
  running.set(event.detail.xhr, event.detail.elt);
  part('failed').hidden = true;
  show();
});
document.addEventListener('htmx:afterRequest', (event) => {
  running.delete(event.detail.xhr);
  if (!running.size) timers = timers.filter((timer) => clearTimeout(timer));
  show();
});
document.addEventListener('htmx:beforeSwap', (event) => {
  // A form that was refused comes back with what is wrong, and is shown like any other answer.
  const { xhr } = event.detail;
  const page = (xhr.getResponseHeader('content-type') || '').startsWith('text/html');
  if (xhr.status === 422 && page) Object.assign(event.detail, { shouldSwap: true, isError: false });
});
document.addEventListener('htmx:responseError', (event) => failed(event, event.detail.xhr.status));
document.addEventListener('htmx:sendError', (event) => failed(event, 'NET'));

part('cancel').addEventListener('click', () => {
  for (const element of running.values()) window.htmx.trigger(element, 'htmx:abort');
});
part('retry').addEventListener('click', () => {
  part('failed').hidden = true;
  if (last && last.isConnected) window.htmx.trigger(last, last instanceof HTMLFormElement ? 'submit' : 'click');
});
part('close').addEventListener('click', () => { part('failed').hidden = true; });
