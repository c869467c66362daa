// Uploads with progress, and files that are dropped. Without this the forms send themselves.
const chosen = new Map();

function enhance() {
  for (const form of document.querySelectorAll("form[data-upload]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
    const several = form.querySelector("[data-several]");
    if (several) spread(form, several);
    else takeDrops(form, (files) => give(form.querySelector("input[type=file]"), files));
  }
}

function give(input, files) {
  const list = new DataTransfer();
  for (const file of files) list.items.add(file);
  input.files = list.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function takeDrops(zone, take) {
  const mark = (on) => zone.classList.toggle("is-over", on);
  zone.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    mark(true);
  });
  zone.addEventListener("dragleave", () => mark(false));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    if (event.dataTransfer.files.length) take([...event.dataTransfer.files]);
  });
}

// Several files, each to a row of its own; rows are added as long as the page may have more.
function spread(form, zone) {
  zone.hidden = false;
  const rows = () => [...form.querySelectorAll("[data-row]")];
  const asked = rows().some((row) => row.querySelector(".is-invalid"));
  const blank = rows().at(-1).cloneNode(true);
  const take = (files) => {
    for (const file of files) {
      const row = rows().find((one) => !one.querySelector("input[type=file]").files.length) ?? add();
      if (!row) return;
      give(row.querySelector("input[type=file]"), [file]);
      row.hidden = false;
    }
    rows().find((one) => !one.querySelector("select").value)?.querySelector("select").focus();
  };
  const add = () => {
    const number = Math.max(...rows().map(numberOf)) + 1;
    if (number >= Number(zone.dataset.most)) return null;
    const row = renumbered(blank.cloneNode(true), numberOf(blank), number);
    row.querySelector("[data-number]").textContent = rows().length + 1;
    rows().at(-1).after(row);
    return row;
  };
  // A row shows once it has a file; those that came back with errors show at once.
  for (const row of rows()) row.hidden = !asked;
  const input = zone.querySelector("input");
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  takeDrops(form, take);
}

const numberOf = (row) => Number.parseInt(row.querySelector("select").name, 10);

function renumbered(row, from, to) {
  for (const part of row.querySelectorAll("[id],[name],[for],[aria-describedby]")) {
    for (const name of ["id", "name", "for", "aria-describedby"]) {
      const value = part.getAttribute(name);
      if (value) part.setAttribute(name, value.replaceAll(`${from}-`, `${to}-`));
    }
  }
  return row;
}

function send(form) {
  const bar = form.querySelector("[data-progress]");
  const button = form.querySelector("button[type=submit]");
  const request = new XMLHttpRequest();
  const say = (words) => { bar.querySelector("[role=status]").textContent = words; };
  const fail = (words) => {
    say(words);
    button.disabled = false;
    bar.querySelector("progress").value = 0;
  };
  chosen.clear();
  for (const input of form.querySelectorAll("input[type=file]")) if (input.files.length) chosen.set(input.id, input.files);
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    const percent = Math.round((loaded / total) * 100);
    bar.querySelector("progress").value = percent;
    say(percent < 100 ? `${bar.dataset.sending}: ${percent} %` : bar.dataset.reading);
  });
  request.addEventListener("error", () => fail(bar.dataset.broken));
  request.addEventListener("load", () => {
    if (request.status === 413) fail(bar.dataset.large);
    else show(request);
  });
  bar.hidden = false;
  say(bar.dataset.sending);
  button.disabled = true;
  request.open("POST", form.action);
  request.send(new FormData(form));
}

// The page that came back, whether it is the next one or this one with its errors.
function show(request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const main = page.querySelector("main");
  if (!main) return location.reload();
  document.title = page.title;
  document.querySelector("main").replaceWith(document.adoptNode(main));
  if (request.responseURL !== location.href) history.pushState(null, "", request.responseURL);
  enhance();
  for (const [id, files] of chosen) {
    const input = document.getElementById(id);
    if (input && !input.classList.contains("is-invalid")) input.files = files;
  }
  (main.querySelector(".errsum") ?? main).focus();
  scrollTo(0, 0);
}

addEventListener("popstate", () => location.reload());
enhance();
