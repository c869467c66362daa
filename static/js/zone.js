// Fills an empty time zone with the browser's own; without this the portal's is used.
for (const field of document.querySelectorAll("[data-time-zone]")) {
  if (field.value) continue;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const known = field.tagName !== "SELECT" || [...field.options].some((option) => option.value === timeZone);
  if (timeZone && known) field.value = timeZone;
}
