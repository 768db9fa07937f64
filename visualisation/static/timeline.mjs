// The day that a timeline asks about, moved by dragging its line; the form's date field does the same by typing.
const line = document.querySelector("svg.line");
const handle = line?.querySelector("[data-handle]");
const field = document.querySelector('input[type="date"][name="valid_at"]');

/** The day at a place across the drawing, within what it spans. */
function dayAt(clientX) {
  const { first, last, left, width } = line.dataset;
  const share = (clientX - line.getBoundingClientRect().left - Number(left)) / Number(width);
  const [from, to] = [Date.parse(first), Date.parse(last)];
  return new Date(from + Math.min(1, Math.max(0, share)) * (to - from)).toISOString().slice(0, 10);
}

if (handle && field) {
  let began = null;
  handle.addEventListener("pointerdown", (event) => {
    began = event.clientX;
    handle.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  handle.addEventListener("pointermove", (event) => {
    if (began === null) return;
    handle.setAttribute("transform", `translate(${event.clientX - began} 0)`);
    field.value = dayAt(event.clientX);
  });
  handle.addEventListener("pointerup", (event) => {
    if (began !== null && event.clientX !== began) field.form.requestSubmit();
    began = null;
  });
  handle.addEventListener("pointercancel", () => {
    began = null;
    handle.removeAttribute("transform");
  });
}
document.documentElement.dataset.ready = "yes";
