// The drop zone: several files at once, listed before they are sent, with the progress of sending.

const UNIT = 1024;

/** A size for people. */
function size(bytes) {
  return bytes >= UNIT * UNIT ? `${(bytes / UNIT / UNIT).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / UNIT))} kB`;
}

/**
 * @param {HTMLElement} zone a label around the file input, inside a form that holds a list [data-chosen]
 */
export function readyDropZone(zone) {
  const form = zone.closest('form');
  const input = zone.querySelector('input[type=file]');
  const list = form.querySelector('[data-chosen]');
  const chosen = new DataTransfer();

  function show() {
    list.replaceChildren(
      ...[...chosen.files].map((file, place) => {
        const row = document.createElement('li');
        const name = document.createElement('span');
        name.textContent = file.name;
        const bytes = document.createElement('span');
        bytes.className = 'muted small';
        bytes.textContent = size(file.size);
        const out = document.createElement('button');
        out.type = 'button';
        out.className = 'linkbtn';
        out.textContent = list.dataset.remove;
        out.setAttribute('aria-label', `${list.dataset.remove} ${file.name}`);
        out.addEventListener('click', () => {
          chosen.items.remove(place);
          input.files = chosen.files;
          show();
          input.focus();
        });
        row.append(name, bytes, out);
        return row;
      }),
    );
    zone.classList.toggle('has', chosen.files.length > 0);
  }

  function add(files) {
    const names = new Set([...chosen.files].map((file) => file.name));
    for (const file of files) if (!names.has(file.name)) chosen.items.add(file);
    input.files = chosen.files;
    show();
  }

  input.addEventListener('change', () => add([...input.files]));
  for (const name of ['dragenter', 'dragover']) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add('over');
    });
  }
  for (const name of ['dragleave', 'drop']) zone.addEventListener(name, () => zone.classList.remove('over'));
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
  form.addEventListener('submit', (event) => {
    if (!chosen.files.length) return; // the server says what is missing
    event.preventDefault();
    send(form);
  });
}

/** Send the form and show how far it is; then go where the answer is, or show the form as the server answers it. */
function send(form) {
  const bar = form.querySelector('[data-sending]');
  const button = form.querySelector('button[type=submit]');
  const request = new XMLHttpRequest();
  bar.hidden = false;
  button.disabled = true;
  request.upload.addEventListener('progress', (event) => {
    if (!event.lengthComputable) return;
    const share = Math.round((event.loaded * 100) / event.total);
    bar.querySelector('i').style.width = `${share}%`;
    bar.querySelector('[role=progressbar]').setAttribute('aria-valuenow', String(share));
    bar.querySelector('[data-share]').textContent = `${size(event.loaded)} / ${size(event.total)}`;
  });
  request.addEventListener('load', () => {
    if (request.status === 200) window.location.assign(request.responseURL);
    else {
      const answer = new DOMParser().parseFromString(request.responseText, 'text/html');
      const said = answer.querySelector('#errors') || answer.querySelector('main');
      const old = document.getElementById('errors');
      if (old) old.remove();
      form.prepend(said);
      said.tabIndex = -1;
      said.focus();
      again();
    }
  });
  request.addEventListener('error', () => {
    bar.querySelector('[data-share]').textContent = bar.dataset.broken;
    again();
  });
  function again() {
    button.disabled = false;
  }
  request.open('POST', form.action);
  request.send(new FormData(form));
}
