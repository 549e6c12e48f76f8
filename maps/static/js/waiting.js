/** Asks for the page again until its day has been computed; the server holds each question for a while by itself. */

const PAUSE_MS = 500;
const AFTER_FAULT_MS = 5000;

async function ask() {
  const answer = await fetch(window.location.href, { headers: { accept: 'text/html' } });
  if (answer.status !== 202) return window.location.reload();
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('waiting-step');
  const step = document.getElementById('waiting-step');
  if (next && next.innerHTML !== step.innerHTML) step.replaceWith(next);
  return setTimeout(again, PAUSE_MS);
}

function again() {
  ask().catch(() => setTimeout(again, AFTER_FAULT_MS));
}

again();
