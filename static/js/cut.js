// The tool Cut: a partition has two sides. Press one thing, then another (the same again, or 'From everybody': from all
// others); or draw a line: from one thing to another, or across a route. A cut is joined again by a press on its gap, by
// the same two presses, or in 'Broken now'.

import { act } from "./acts.js";
import { say } from "./announce.js";
import { picture } from "./geometry.js";
import { make } from "./svg.js";
import { toast } from "./toast.js";

const THING = "[data-part], [data-node-name], [data-pod]";
const REACH = 12; // px a press may miss a gap
let first = null;
let from = null;

const hint = () => document.getElementById("cut-hint");

function tell(words, chosen) {
  const place = hint();
  if (!place) return;
  place.hidden = !words;
  place.querySelector("span").textContent = words;
  place.querySelector("[data-cut-all]").hidden = !chosen;
}

/** Takes up the tool. */
export function startCut() {
  tell("Press one side, then the other. Or draw a line across a route.", false);
}

/** Forgets the first side; with it, the tool's words. */
export function letGo() {
  first?.element.classList.remove("on");
  first = null;
  tell("", false);
}

/** A side: the first, or the second that makes the cut. */
export function cutWith(element, name) {
  if (name.startsWith("pod/")) {
    const room = element.closest(".room")?.dataset.node;
    return toast("A pod has no network of its own to cut", room ? `Cut its node, ${room}, or a process.` : "Cut a node or a process.");
  }
  if (!first) {
    first = { element, name };
    element.classList.add("on");
    const words = `${name} is one side. Press the other one, or the same again: from all others.`;
    tell(words, true);
    return say(words);
  }
  const other = first.name === name ? "" : name;
  const one = first.name;
  letGo();
  startCut();
  return act("cut", other ? { a: one, b: other } : { a: one });
}

/** Wires drawing a line, the gap, and the hint's buttons. */
export function watchCuts() {
  const place = picture();
  place.addEventListener("pointerdown", (event) => {
    from = using() && event.isPrimary ? { x: event.clientX, y: event.clientY, thing: event.target.closest(THING), pointer: event.pointerId } : null;
  });
  place.addEventListener("pointermove", (event) => {
    if (from && apart(from, event) >= REACH) draw(event);
  });
  for (const end of ["pointerup", "pointercancel"]) place.addEventListener(end, (event) => {
    const begun = from;
    from = null;
    document.querySelector("#routes .knife")?.remove();
    if (end === "pointercancel" || !begun || apart(begun, event) < REACH) return;
    swallowClick();
    finish(begun, event);
  });
  place.addEventListener("click", (event) => {
    if (event.target.closest("button")) return;
    const gap = routeAt(event.clientX, event.clientY, true);
    if (gap) heal(gap);
  });
  hint()?.addEventListener("click", (event) => {
    if (event.target.closest("[data-cut-all]") && first) cutWith(first.element, first.name);
    else if (event.target.closest("[data-let-go]")) {
      letGo();
      startCut();
    }
  });
}

const using = () => document.getElementById("play").dataset.using === "cut";
const apart = (from, event) => Math.hypot(event.clientX - from.x, event.clientY - from.y);

function finish(begun, event) {
  const under = document.elementFromPoint(event.clientX, event.clientY)?.closest?.(THING);
  const sides = [begun.thing, under].map((each) => each && (each.dataset.part ?? each.dataset.nodeName ?? ""));
  if (sides[0] && sides[1] && sides[0] !== sides[1]) return act("cut", { a: sides[0], b: sides[1] });
  const crossed = routes().find((route) => crosses(route.path, begun, { x: event.clientX, y: event.clientY }));
  if (crossed) return act("cut", { a: crossed.ends[0], b: crossed.ends[1] });
  return toast("That line cuts nothing", "Draw it from one machine or process to another, or across a route between two.");
}

function routes() {
  const svg = document.getElementById("routes");
  const found = JSON.parse(svg.dataset.routes || "[]").map(([id, ...ends]) => ({ path: svg.querySelector(`.base [data-route="${id}"]`), ends: ends.slice(0, 2) }));
  return found.filter(({ path, ends }) => path && !ends.some((end) => end.startsWith("user/")));
}

function points(path) {
  const frame = path.getScreenCTM();
  const length = path.getTotalLength();
  return Array.from({ length: 33 }, (_, i) => path.getPointAtLength((length * i) / 32).matrixTransform(frame));
}

function crosses(path, a, b) {
  const line = points(path);
  return line.some((point, i) => i && meet(a, b, line[i - 1], point));
}

function meet(a, b, c, d) {
  const side = (p, q, r) => Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}

function routeAt(x, y, cut) {
  return routes().find(({ path }) => (!cut || path.classList.contains("cut")) && points(path).some((p) => Math.hypot(p.x - x, p.y - y) < REACH));
}

// A gap says which part is away: its own fault is repaired, by the two sides or by the machine alone.
function heal({ ends }) {
  const room = ends.map((end) => end.split("/")[0]).find((name) => document.querySelector(`[data-node="${CSS.escape(name)}"][data-real="cut"]`));
  act("cut", room ? { a: room } : { a: ends[0], b: ends[1] });
}

function draw(event) {
  const svg = document.getElementById("routes");
  const box = svg.getBoundingClientRect();
  let line = svg.querySelector(".knife");
  if (!line) {
    line = make(svg, "path", { class: "knife" });
    try {
      picture().setPointerCapture(from.pointer);
    } catch { /* the pointer is gone already */ }
  }
  line.setAttribute("d", `M${from.x - box.left} ${from.y - box.top}L${event.clientX - box.left} ${event.clientY - box.top}`);
}

function swallowClick() {
  const stop = (event) => {
    event.stopPropagation();
    event.preventDefault();
  };
  addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", stop, { capture: true }), 50);
}
