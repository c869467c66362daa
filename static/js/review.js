// The next or previous paper at a key press: unless somebody types, or has switched the keys off.
const MOVES = { j: "next", n: "next", k: "previous" };
const KEPT = "review-keys";
const label = document.querySelector("[data-keys]");
const box = label.querySelector("input");

label.hidden = false;
box.checked = localStorage.getItem(KEPT) !== "off";
box.addEventListener("change", () => localStorage.setItem(KEPT, box.checked ? "on" : "off"));
document.addEventListener("keydown", (event) => {
  const types = event.target.closest("input:not([type=checkbox]), select, textarea");
  if (!box.checked || types || event.ctrlKey || event.metaKey || event.altKey) return;
  document.querySelector(`[data-key="${MOVES[event.key.toLowerCase()]}"]`)?.click();
});
