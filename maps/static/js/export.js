// The page of exports: what a form can't hold is said before it is sent. Without this file the server says it.

const form = document.getElementById('order');

function show() {
  const kind = form.elements.form.value;
  form.elements.crs.disabled = kind === 'xlsx' || kind === 'csv';
  form.elements.decimals.disabled = kind !== 'geojson';
}

if (form) {
  form.addEventListener('change', show);
  show();
}
