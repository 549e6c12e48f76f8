// The print button of pages that are made for paper.

const button = document.getElementById("print");
if (button) button.addEventListener("click", () => window.print());

// A dossier is one sheet of A4 across. The server reckons how far it has to be drawn smaller; here it is measured,
// with the rules of the printed page, since only the browser knows how its fonts break lines.
const PAGE = { width: 1050, height: 672 }; // px at 96 an inch, within the margins
const ZOOM = { largest: 0.72, smallest: 0.4, step: 0.01 };

/** Say whether a sheet fits at a zoom; it is as wide as the page then. */
function fits(sheet, zoom) {
  sheet.style.width = `${PAGE.width / zoom}px`;
  return sheet.scrollHeight * zoom <= PAGE.height;
}

function fit(sheet) {
  let zoom = ZOOM.largest;
  sheet.classList.add('as-printed');
  while (zoom > ZOOM.smallest && !fits(sheet, zoom)) zoom -= ZOOM.step;
  sheet.classList.remove('as-printed');
  sheet.style.width = '';
  sheet.style.setProperty('--print-zoom', zoom.toFixed(2));
}

async function fitAll() {
  await document.fonts.ready;
  document.querySelectorAll('article.sheet').forEach(fit);
  document.documentElement.dataset.fitted = '1';
}
fitAll();
