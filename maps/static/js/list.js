// Lists: a changed filter is applied at once, and empty fields stay out of the address.
// Without this file the same forms and links work by loading the page.

document.addEventListener("htmx:configRequest", (event) => {
  const { parameters } = event.detail;
  for (const [name, value] of Object.entries(parameters)) {
    if (value === "") delete parameters[name];
  }
});

document.addEventListener("change", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form.filters") : null;
  if (form && event.target instanceof HTMLSelectElement) form.requestSubmit();
});
