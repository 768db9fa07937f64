// A field that is left empty is not asked for: "" is no number and no day.
addEventListener("submit", ({ target }) => {
  for (const field of target.elements) field.disabled = Boolean(field.name) && !field.value;
});
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form :disabled")) field.disabled = false;
});
