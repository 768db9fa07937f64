// The tier view comes whole from the server and works as links; this module adds what a keyboard and a pointer expect.
// Selecting lights the chain here and now, then takes the panel from the same page as the server draws it.

/** @typedef {{el: SVGAElement, up: number[], down: number[], column: number}} Mark */

const byId = (id) => document.getElementById(id);
const stage = document.querySelector(".scroll");
const svg = document.querySelector("svg.tiers");
const anchors = [...svg.querySelectorAll("a.n")];
const wires = [...svg.querySelectorAll(".w")].map((el) => ({ el, s: Number(el.dataset.s), t: Number(el.dataset.t) }));
/** @type {Mark[]} */
const marks = anchors.map((el) => ({ el, up: [], down: [], column: Number(el.dataset.c) }));
for (const { s, t } of wires) {
  marks[s].down.push(t);
  marks[t].up.push(s);
}
const place = (i) => {
  const [, x, y] = /translate\(([\d.-]+)[ ,]([\d.-]+)\)/.exec(anchors[i].getAttribute("transform"));
  return { x: Number(x), y: Number(y) };
};
const indexOf = new Map(anchors.map((el, i) => [el.dataset.id, i]));

// -- one tab stop, arrows inside ---------------------------------------------------------------------------
let here = Math.max(0, anchors.findIndex((el) => el.hasAttribute("aria-current")));

function rove(i) {
  anchors[here].setAttribute("tabindex", "-1");
  here = i;
  anchors[here].setAttribute("tabindex", "0");
}

function go(i) {
  rove(i);
  anchors[i].focus({ preventScroll: true });
  show(i);
}

/** Bring a mark into the scrolled part, clear of the sticky headings. */
function show(i) {
  const box = anchors[i].getBoundingClientRect();
  const frame = stage.getBoundingClientRect();
  const head = 48;
  if (box.top < frame.top + head) stage.scrollTop -= frame.top + head - box.top;
  if (box.bottom > frame.bottom - 8) stage.scrollTop += box.bottom - frame.bottom + 8;
  if (box.left < frame.left + 8) stage.scrollLeft -= frame.left + 8 - box.left;
  if (box.right > frame.right - 8) stage.scrollLeft += Math.min(box.right - frame.right + 8, box.left - frame.left - 8);
}

/** The neighbour nearest in height on one side; what is lit goes first while something is selected. */
function beside(i, side) {
  const from = place(i);
  const lit = (j) => (svg.classList.contains("picked") && !anchors[j].classList.contains("lit") ? 1e6 : 0);
  return side
    .filter((j) => j !== i)
    .sort((a, b) => lit(a) + Math.abs(place(a).y - from.y) - lit(b) - Math.abs(place(b).y - from.y))[0];
}

const within = (i, step) => {
  const column = marks.flatMap((m, j) => (m.column === marks[i].column ? [j] : [])).sort((a, b) => place(a).y - place(b).y);
  return column[column.indexOf(i) + step];
};

const keys = {
  ArrowRight: (i) => beside(i, marks[i].up),
  ArrowLeft: (i) => beside(i, marks[i].down),
  ArrowUp: (i) => within(i, -1),
  ArrowDown: (i) => within(i, 1),
  Home: () => 0,
  End: () => anchors.length - 1,
};

// On the frame, not on the drawing: a browser gives a tab stop to an SVG that listens.
stage.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    event.preventDefault();
    clear();
  } else if (event.key === "/") {
    event.preventDefault();
    byId("q").focus();
  } else if (keys[event.key]) {
    event.preventDefault();
    const next = keys[event.key](here);
    if (next !== undefined) go(next);
  }
});
stage.addEventListener("focusin", (event) => {
  const i = anchors.indexOf(event.target.closest("a.n"));
  if (i >= 0) rove(i);
});

// -- the lit chain -----------------------------------------------------------------------------------------
function chain(i) {
  const found = new Set([i]);
  for (const side of ["up", "down"]) {
    const seen = new Set([i]);
    const waiting = [i];
    while (waiting.length) {
      for (const j of marks[waiting.pop()][side]) {
        if (!seen.has(j)) {
          seen.add(j);
          found.add(j);
          waiting.push(j);
        }
      }
    }
  }
  return found;
}

function light(i) {
  const lit = i === undefined ? new Set() : chain(i);
  svg.classList.toggle("picked", i !== undefined);
  anchors.forEach((el, j) => {
    el.classList.toggle("lit", lit.has(j));
    if (j === i) el.setAttribute("aria-current", "true");
    else el.removeAttribute("aria-current");
  });
  for (const { el, s, t } of wires) el.classList.toggle("lit", lit.has(s) && lit.has(t));
  for (const row of document.querySelectorAll("#table tr[data-i]")) row.classList.toggle("picked", Number(row.dataset.i) === i);
}

/** Draw thick the path that the server chose for this selection. */
function choose(page) {
  const drawn = [...page.querySelectorAll("svg.tiers a.n")].map((el) => el.dataset.id);
  const thick = new Set(
    [...page.querySelectorAll("svg.tiers .w.chosen")].map((el) => `${drawn[el.dataset.s]} ${drawn[el.dataset.t]}`),
  );
  for (const { el, s, t } of wires) {
    const on = thick.has(`${anchors[s].dataset.id} ${anchors[t].dataset.id}`);
    el.classList.toggle("chosen", on);
    const end = "back" in el.dataset ? "marker-end" : "marker-start";
    if (on) el.setAttribute(end, "url(#arrow)");
    else el.removeAttribute(end);
  }
  wires.forEach(draw);
}

let asked = 0;

/** Take the panel (and the language link) from the page at `address`. A failed request follows the link instead. */
async function load(address) {
  const mine = ++asked;
  const panel = byId("panel");
  panel.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked) return;
    panel.replaceChildren(...page.getElementById("panel").childNodes);
    panel.scrollTop = 0;
    document.querySelector(".lang").href = page.querySelector(".lang").getAttribute("href");
    choose(page);
    panel.removeAttribute("aria-busy");
    byId("said").textContent = byId("panel-h").textContent;
  } catch {
    if (mine === asked) location.assign(address);
  }
}

async function pick(i, address, { push = true, enter = false } = {}) {
  rove(i);
  light(i);
  if (push) history.pushState({}, "", address);
  await load(address);
  if (enter) byId("panel-h")?.focus();
}

async function clear({ push = true } = {}) {
  const url = new URL(location.href);
  if (push && !url.searchParams.has("selected")) return;
  url.searchParams.delete("selected");
  light(undefined);
  if (push) history.pushState({}, "", url);
  await load(url.href);
}

// A click from the keyboard (Enter) has no coordinates: then the focus follows into the panel.
stage.addEventListener("click", (event) => {
  const el = event.target.closest("a.n");
  if (!el || el.classList.contains("box") || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const enter = event.detail === 0;
  pick(anchors.indexOf(el), el.getAttribute("href"), { enter });
});

// Links in the panel and in the table that lead to a drawn mark select it in place.
document.addEventListener("click", (event) => {
  const el = event.target.closest("a[data-pick], #clear");
  if (!el || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const id = new URL(el.href, location.href).searchParams.get("selected");
  if (el.id === "clear") {
    event.preventDefault();
    clear().then(() => anchors[here].focus());
  } else if (indexOf.has(id)) {
    event.preventDefault();
    const i = indexOf.get(id);
    show(i);
    pick(i, el.href, { enter: true });
  }
});
byId("panel").addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.preventDefault();
  clear().then(() => go(here));
});
addEventListener("popstate", () => {
  const id = new URL(location.href).searchParams.get("selected");
  if (indexOf.has(id)) pick(indexOf.get(id), location.href, { push: false });
  else clear({ push: false });
});

// -- spacing: zoom changes the distance between columns, never the text ----------------------------------------
const heads = document.querySelector("svg.heads");
const pitch0 = Number(stage.dataset.pitch);
const starts = anchors.map((_, i) => place(i));
const ways = wires.map(({ el }) => el.dataset.w?.split(" ").map((point) => point.split(",").map(Number)));
const brackets = wires.map(({ el }) => (el.dataset.w ? [] : el.getAttribute("d").match(/-?[\d.]+/g).map(Number)));
const headings = [...heads.querySelectorAll("g[data-c]")].map((el) => ({ el, x: Number(/translate\(([\d.-]+)/.exec(el.getAttribute("transform"))[1]) }));
const first = Math.min(...starts.map((p) => p.x));
const columns = Math.round((Math.max(...starts.map((p) => p.x)) - first) / pitch0) + 1;
const clip0 = Number(stage.dataset.clip);
const names = "whole" in stage.dataset;
const least = names ? pitch0 : svg.querySelector(".box") ? 198 : 136;
const widths = anchors.map((el) => 22 + Math.max(0, ...[...el.querySelectorAll("tspan")].map((t) => t.getComputedTextLength())));
let pitch = pitch0;
const room = () => clip0 + pitch - pitch0;
const move = (x) => first + ((x - first) / pitch0) * pitch;

/** A label that does not fit fades out; the whole name is in the text, the title and the panel. */
function cut(el, on) {
  const label = el.querySelector(".t")?.parentElement;
  if (!label || label === el || label.classList.contains("cut") === on) return;
  label.classList.toggle("cut", on);
  if (on) label.setAttribute("clip-path", "url(#label)");
  else label.removeAttribute("clip-path");
  for (const [text, fade] of [[".t", "fade"], [".o", "fade-soft"]]) {
    const found = label.querySelector(text);
    if (on) found?.setAttribute("fill", `url(#${fade})`);
    else found?.removeAttribute("fill");
  }
}

function spread(next) {
  pitch = Math.max(least, Math.min(420, next));
  anchors.forEach((el, i) => el.setAttribute("transform", `translate(${move(starts[i].x)} ${starts[i].y})`));
  for (const el of svg.querySelectorAll(".n:not(.box) > .f")) el.setAttribute("width", String(room() + 33));
  anchors.forEach((el, i) => el.querySelector(".end")?.setAttribute("transform", `translate(${Math.min(widths[i], room() + 18)} 0)`));
  heads.querySelector("#head rect").setAttribute("width", String(pitch - 10));
  headings.forEach(({ el, x }) => el.setAttribute("transform", `translate(${move(x + 10) - 10} 0)`));
  if (!names) {
    svg.querySelector("#label rect").setAttribute("width", String(room()));
    for (const id of ["fade", "fade-soft"]) {
      byId(id).setAttribute("x1", String(room() - 18));
      byId(id).setAttribute("x2", String(room() + 13));
    }
    anchors.forEach((el, i) => cut(el, widths[i] > room() + 14));
  }
  wires.forEach(draw);
  const width = first + (columns - 1) * pitch + room() + 42;
  for (const el of [svg, heads]) el.setAttribute("width", String(width));
}

/** A link leaves where the label ends, passes labels in its lanes and bends only between columns. */
function draw({ el, s, t }, k) {
  const way = ways[k];
  if (!way) {
    const [x1, y1, , b, , d, , y2] = brackets[k];
    const x = move(starts[t].x) - (starts[t].x - x1);
    el.setAttribute("d", `M${x} ${y1}C${x - 22} ${b} ${x - 22} ${d} ${x} ${y2}`);
    return;
  }
  const back = "back" in el.dataset;
  const arrow = el.classList.contains("chosen") ? 8 : 0;
  const [left, right] = back ? [anchors[s], anchors[t]] : [anchors[t], anchors[s]];
  const label = left.classList.contains("box") ? clip0 + 18 : Math.min(widths[anchors.indexOf(left)], room() + 18);
  const at = ([column]) => first + column * pitch;
  let x = at(way[0]) + label + (left.querySelector(".end") ? 12 : 0) + (back ? 0 : arrow);
  let path = `M${x} ${way[0][1]}`;
  for (let i = 1; i < way.length; i++) {
    const here = Math.max(x, at(way[i - 1]) + room() + 18);
    const end = i < way.length - 1 ? 14 : (right.classList.contains("box") ? 0 : 14) + (back ? arrow : 0);
    const there = Math.max(here, at(way[i]) - end);
    const middle = (here + there) / 2;
    path += `H${here}C${middle} ${way[i - 1][1]} ${middle} ${way[i][1]} ${there} ${way[i][1]}`;
    x = there;
  }
  el.setAttribute("d", path);
}

const whole = () => (stage.clientWidth - 24 - first - clip0 - 42 + pitch0) / columns;
const fit = () => spread(whole());
const zoom = document.querySelector(".zoom");
zoom.hidden = false;
zoom.addEventListener("click", (event) => {
  const by = event.target.closest("button")?.dataset.zoom;
  if (by === "0") fit();
  else if (by) spread(pitch * (by === "1" ? 1.2 : 1 / 1.2));
});

anchors.forEach((el) => el.setAttribute("tabindex", "-1"));
anchors[here]?.setAttribute("tabindex", "0");
if (stage.clientWidth) {
  // Names first: columns begin no narrower than a readable label, and scroll sideways.
  spread(Math.min(320, Math.max(pitch0, whole())));
  if (svg.classList.contains("picked")) show(here);
}
document.documentElement.dataset.ready = "yes";
