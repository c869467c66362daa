// Saving and comparing from a card: one press instead of a page that asks.
document.addEventListener("click", (event) => {
  const link = event.target.closest("p.acts a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  htmx.ajax("GET", link.href, { target: link, swap: "outerHTML" });
});
