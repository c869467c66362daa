// Says in time that somebody is about to be signed out, and lets her stay. Without this, what she
// sends after the end is kept until she is back.
const dialog = document.getElementById("stay");
const [before, after] = dialog.querySelectorAll("[data-when]");
const form = dialog.querySelector("form");
const clock = dialog.querySelector("[data-clock]");
const AHEAD = 120;
let ends = Date.now() + Number(dialog.dataset.seconds) * 1000;
let timer;
let shown = "";

const left = () => Math.max(0, Math.ceil((ends - Date.now()) / 1000));

async function ask(options) {
  const answer = await fetch(dialog.dataset.url, { headers: { Accept: "application/json" }, ...options });
  if (!answer.ok) return;
  ends = Date.now() + (await answer.json()).seconds * 1000;
}

function show(state) {
  if (shown === state) return;
  shown = state;
  before.hidden = state !== "before";
  after.hidden = state !== "after";
  if (state && !dialog.open) dialog.showModal();
  if (!state && dialog.open) dialog.close();
}

function tick() {
  clearTimeout(timer);
  const seconds = left();
  clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  if (seconds > AHEAD) {
    show("");
    // A machine that sleeps would sleep through a long wait.
    timer = setTimeout(look, Math.min(seconds - AHEAD, 3600) * 1000);
  } else if (seconds > 0) {
    show("before");
    timer = setTimeout(tick, 1000);
  } else {
    show("after");
  }
}

// Another tab may have moved the end.
async function look() {
  try {
    await ask();
  } finally {
    tick();
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await ask({ method: "POST", body: new FormData(form) });
  } finally {
    tick();
  }
});
for (const button of dialog.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => dialog.close());
}
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && left() <= AHEAD) look();
});
tick();
