// Applies frames to the page. Every changing thing is a keyed element: server-rendered HTML with an id.
//   field "x"  → text of [data-f="x"]        field "@a" → attribute a of the element itself
//   field "*x" → a row of marks in [data-f="x"], from words
//   field "#x" → icon of <use data-f="x">     field "%x" → small server-rendered HTML inside [data-f="x"]
// Frames wait for the next animation frame and are applied in order; a full frame makes earlier ones pointless.

import { make } from "./svg.js";

const waiting = [];
let scheduled = false;
const listeners = [];
const placesOf = new WeakMap(); // element → field → its places
const htmlOf = new WeakMap(); // place → what was last put into it

/** Calls `listener(frame)` after a frame is on the page. */
export function afterFrame(listener) {
  listeners.push(listener);
}

/** Whether a frame brings, takes, moves or marks (by an attribute) an element whose id begins like this. */
export function touches({ full, add = [], del = [], move = [], set = [] }, begins) {
  const marked = set.filter(([, fields]) => Object.keys(fields).some((name) => name[0] === "@"));
  return full || del.some((id) => begins.test(id)) || add.some(([, id]) => begins.test(id)) || [...move, ...marked].some(([id]) => begins.test(id));
}

/** Takes a frame from the server. */
export function receive(frame) {
  if (frame.full) waiting.length = 0;
  waiting.push(frame);
  if (document.hidden) {
    applyAll(); // animation frames stop in a hidden tab; the queue must not grow
  } else if (!scheduled) {
    scheduled = true;
    requestAnimationFrame(applyAll);
  }
}

function applyAll() {
  scheduled = false;
  const frames = waiting.splice(0);
  for (const frame of frames) apply(frame);
  for (const frame of frames) { // who measures the page does so when all is written
    for (const listener of listeners) listener(frame);
  }
}

/** Applies one frame now. */
export function apply(frame) {
  for (const id of frame.del ?? []) document.getElementById(id)?.remove();
  for (const [parent, id, html, before] of frame.add ?? []) add(parent, id, html, before);
  if (frame.full) removeStrangers(frame);
  for (const [id, parent, before] of frame.move ?? []) move(id, parent, before);
  for (const [id, fields] of frame.set ?? []) {
    const element = document.getElementById(id);
    if (element) patch(element, fields);
  }
}

function add(parent, id, html, before) {
  const here = document.getElementById(id);
  if (here && html.includes(`data-key="${here.dataset.key}"`)) {
    if (here.parentElement?.id !== parent) move(id, parent, before);
    return;
  }
  here?.remove(); // drawn otherwise now
  const place = document.getElementById(parent);
  if (!place) return;
  const template = document.createElement("template");
  template.innerHTML = html;
  const element = template.content.firstElementChild;
  const next = before ? document.getElementById(before) : null;
  place.insertBefore(element, next?.parentElement === place ? next : null); // one that has yet to move here finds its place
}

// moveBefore keeps focus and running transitions; older browsers lose focus on a move and get it back.
function move(id, parent, before) {
  const element = document.getElementById(id);
  const place = document.getElementById(parent);
  const next = before ? document.getElementById(before) : null;
  if (!element || !place || (element.parentElement === place && element.nextElementSibling === next)) return;
  if (next && next.parentElement !== place) return;
  const focused = document.activeElement === element;
  if (place.moveBefore) place.moveBefore(element, next);
  else place.insertBefore(element, next);
  if (focused && document.activeElement !== element) element.focus({ preventScroll: true });
}

function removeStrangers(frame) {
  const known = new Set((frame.add ?? []).map((row) => row[1]));
  for (const element of document.querySelectorAll("[data-key]")) {
    if (!known.has(element.id)) element.remove();
  }
}

/** Sets fields of one element, touching the page only where something differs. */
export function patch(element, fields) {
  for (const [field, value] of Object.entries(fields)) {
    const kind = field[0];
    if (kind === "@") {
      setAttribute(element, field.slice(1), value);
      continue;
    }
    const name = "#%*".includes(kind) ? field.slice(1) : field;
    for (const place of places(element, name)) {
      if (kind === "#") setIcon(place, value);
      else if (kind === "%") setHTML(place, value);
      else if (kind === "*") setMarks(place, value);
      else if (place.textContent !== String(value)) place.textContent = value;
    }
  }
}

// Fields belong to the nearest keyed element: a room's fields are not looked for in its pods.
function places(element, name) {
  let known = placesOf.get(element);
  if (!known) placesOf.set(element, (known = {}));
  return (known[name] ??= find(element, name));
}

function find(element, name) {
  const found = element.matches(`[data-f="${name}"]`) ? [element] : [];
  for (const place of element.querySelectorAll(`[data-f="${name}"]`)) {
    if (place.closest("[data-key]") === element) found.push(place);
  }
  return found;
}

function setAttribute(element, name, value) {
  if (value === null || value === "") {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

function setIcon(use, name) {
  const href = use.getAttribute("href");
  const next = href.slice(0, href.indexOf("#") + 1) + name;
  if (href !== next) use.setAttribute("href", next);
}

// A row of marks from words: "c-running =fence c-creating|creating" (mark|look; =class of a plain piece). What is there
// is changed in place: a new icon costs the browser more than all the rest of a frame.
function setMarks(place, text) {
  if (htmlOf.get(place) === text) return;
  htmlOf.set(place, text);
  const words = text.split(" ").filter(Boolean);
  words.forEach((word, index) => {
    const here = place.children[index];
    const next = word[0] === "=" ? piece(here, word.slice(1)) : markOf(here, ...word.split("|"));
    if (next !== here) here ? here.replaceWith(next) : place.append(next);
  });
  while (place.children.length > words.length) place.lastElementChild.remove();
}

function piece(here, name) {
  const element = here?.localName === "i" ? here : document.createElement("i");
  if (element.className !== name) element.className = name;
  return element;
}

function markOf(here, name, look = "") {
  const svg = here?.localName === "svg" ? here : newMark();
  setIcon(svg.firstElementChild, name);
  setAttribute(svg, "data-look", look);
  return svg;
}

function newMark() {
  const svg = make(null, "svg", { class: "ctr", "aria-hidden": "true" });
  make(svg, "use", { href: document.querySelector("#tools use[href]").getAttribute("href").replace(/#.*/, "#") });
  return svg;
}

function setHTML(place, html) {
  if (htmlOf.get(place) === html) return;
  place.innerHTML = html;
  htmlOf.set(place, html);
}
