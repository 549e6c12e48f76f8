// The progress of a job: told by the server's events; asked for every two seconds where the stream breaks.

const POLL_MS = 2000;
const AT_MOST_EVERY_MS = 700;

/**
 * Keep the progress card up to date until the job is over, then load the page that shows what came of it.
 * @param {HTMLElement} card carries data-job (the address of the events) and data-part (that of its own content)
 */
export function followJob(card) {
  let polling = 0;
  let last = 0;
  let over = false;

  async function refresh() {
    if (over) return;
    last = Date.now();
    let answer;
    try {
      answer = await fetch(card.dataset.part, { credentials: 'same-origin', headers: { 'HX-Request': 'true' } });
    } catch {
      return; // the next poll asks again
    }
    if (!answer.ok) return;
    const part = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-job]');
    if (part && part.dataset.running === '1') card.replaceChildren(...part.childNodes);
    else finish();
  }

  function finish() {
    if (over) return;
    over = true;
    window.clearInterval(polling);
    window.location.reload();
  }

  function poll() {
    if (!polling) polling = window.setInterval(refresh, POLL_MS);
  }

  const stream = new EventSource(card.dataset.job);
  stream.addEventListener('progress', () => {
    window.clearInterval(polling);
    polling = 0;
    if (Date.now() - last >= AT_MOST_EVERY_MS) refresh();
  });
  for (const end of ['done', 'failed', 'cancelled']) stream.addEventListener(end, finish);
  stream.addEventListener('error', poll); // the browser tries to connect again meanwhile
  window.addEventListener('pagehide', () => stream.close());
}
