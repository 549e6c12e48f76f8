/** Definitions of figures: one open at a time, beside its figure, closed by Esc or a click elsewhere. Parts of a page come and go, so the document listens. */
const GAP = 6; // px between the button and what it opens

function close(except) {
  for (const one of document.querySelectorAll('details.def[open]')) if (one !== except) one.open = false;
}

function place(details) {
  const pop = details.querySelector('.pop');
  const at = details.querySelector('summary').getBoundingClientRect();
  const left = Math.min(at.left, window.innerWidth - pop.offsetWidth - GAP);
  const below = at.bottom + GAP;
  const fits = below + pop.offsetHeight < window.innerHeight;
  pop.style.left = `${Math.max(GAP, left)}px`;
  pop.style.top = `${fits ? below : Math.max(GAP, at.top - pop.offsetHeight - GAP)}px`;
}

document.addEventListener('toggle', ({ target }) => {
  if (!target.matches('details.def')) return;
  const head = target.closest('th');
  if (head) head.classList.toggle('lifted', target.open); // heads that stay in place lie over one another
  if (!target.open) return;
  close(target);
  place(target);
}, true); // this event does not bubble
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const open = document.querySelector('details.def[open]');
  if (!open) return;
  open.open = false;
  open.querySelector('summary').focus();
});
document.addEventListener('click', (event) => close(event.target.closest('details.def')));
document.addEventListener('scroll', () => close(null), { capture: true, passive: true });

/** Both sides of a share: placed beside it, since tables cut off what sticks out. */
function show({ target }) {
  const ratio = target instanceof Element ? target.closest('.ratio') : null;
  if (!ratio) return;
  const tip = ratio.querySelector('.tipbox');
  const at = ratio.getBoundingClientRect();
  tip.style.left = `${Math.max(GAP, Math.min(at.left, window.innerWidth - tip.offsetWidth - GAP))}px`;
  tip.style.top = `${at.top > tip.offsetHeight + GAP ? at.top - tip.offsetHeight - GAP : at.bottom + GAP}px`;
}
document.addEventListener('mouseover', show);
document.addEventListener('focusin', show);
