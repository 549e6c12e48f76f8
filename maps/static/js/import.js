// Pages of the import: the row of a finding, the drop zone, the progress of a job.
// Without this file the same forms and links work by loading the page.

import { followJob } from './import_progress.js';
import { readyDropZone } from './import_files.js';

/** A click anywhere in the row of a finding opens it; the opened one is marked. */
document.addEventListener('click', (event) => {
  const row = event.target instanceof Element ? event.target.closest('tr[data-finding]') : null;
  if (!row) return;
  const link = row.querySelector('a');
  if (!event.target.closest('a') && !String(window.getSelection())) link.click();
});

document.addEventListener('htmx:afterRequest', (event) => {
  const link = event.detail.elt;
  const row = link.closest('tr[data-finding]');
  if (!row || !event.detail.successful) return;
  for (const other of row.parentElement.querySelectorAll('tr.sel')) {
    other.classList.remove('sel');
    other.querySelector('a').removeAttribute('aria-current');
  }
  row.classList.add('sel');
  link.setAttribute('aria-current', 'true');
});

const errors = document.getElementById('errors');
if (errors) errors.focus();

const zone = document.querySelector('[data-dropzone]');
if (zone) readyDropZone(zone);

const job = document.querySelector('[data-job]');
if (job) followJob(job);
