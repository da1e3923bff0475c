// Draws the routes: quiet lines for every way there is, strong ones for those the followed chain has used, and the
// chain's numbers resting where each step happened. Redrawn from the page's own geometry after frames and resizes.

import { box, partElement, picture, routePath } from "./geometry.js";
import { touches } from "./renderer.js";
import { make, set } from "./svg.js";

const REST = 4; // numbers kept on one route, if there is room; older ones are in the list

/** Spans whose disc is still travelling: their number rests on the route only when it has landed. */
export const inFlight = new Set();

let drawn = new Map(); // route → its quiet line
let used = new Map(); // ends → its strong line
let pending = false;

/** The route between two parts, as drawn: {path, d, reversed}; null when it has no place on the stage. */
export function routeBetween(from, to, shape, reversed) {
  const [a, b] = reversed ? [to, from] : [from, to];
  const d = routePath(shape, a, b);
  return d ? { d, reversed } : null;
}

/** Asks for a redraw before the next paint. */
export function redraw() {
  if (pending) return;
  pending = true;
  requestAnimationFrame(() => {
    pending = false;
    draw();
  });
}

/** After a frame: drawn anew if it moved anything that routes or numbers hang on: rooms, processes, steps. */
export function followRoutes(frame) {
  if (frame.routes) document.getElementById("routes").dataset.routes = JSON.stringify(frame.routes);
  if (frame.routes || touches(frame, /^(span|node|part|quorum)-?/)) redraw();
}

/** Watches everything that can move things. */
export function watchLayout() {
  const observer = new ResizeObserver(redraw);
  observer.observe(picture());
  for (const id of ["rooms", "wings"]) document.getElementById(id)?.addEventListener("scroll", redraw, { passive: true });
  document.fonts?.ready.then(redraw);
}

const onWall = () => document.body.classList.contains("wall");

function draw() {
  const svg = document.getElementById("routes");
  if (!svg || !picture().offsetParent) return;
  const tip = onWall() ? "16" : "9";
  for (const marker of svg.querySelectorAll("marker")) {
    set(marker, { markerWidth: tip, markerHeight: tip });
  }
  drawBase(svg);
  drawChain(svg);
}

function drawBase(svg) {
  const layer = svg.querySelector(".base");
  const keep = new Map();
  for (const [id, a, b, shape, quiet] of JSON.parse(svg.dataset.routes || "[]")) {
    if (quiet) continue;
    const d = routePath(shape, a, b);
    if (!d) continue;
    const path = drawn.get(id) ?? make(layer, "path");
    drawn.delete(id);
    set(path, { d, class: `rt ${shape}${isCut(a) || isCut(b) ? " cut" : ""}`, "data-route": id });
    keep.set(id, path);
  }
  for (const path of drawn.values()) path.remove();
  drawn = keep;
}

function isCut(part) {
  if (document.getElementById("play").dataset.belief === "believed") return false; // who believes knows of no cut
  const room = partElement(part)?.closest(".room, .wing");
  return room?.dataset.real === "cut" || room?.dataset.real === "off";
}

/** The chain's lines, oldest first, as data. */
export function chainLines() {
  return [...document.querySelectorAll("#chain > li")].map((line) => line.dataset);
}

// One strong line per route and direction, and the numbers spread along it.
function drawChain(svg) {
  const layer = svg.querySelector(".used");
  const numbers = document.getElementById("numbers");
  const ways = new Map();
  const spots = new Map();
  for (const line of chainLines()) {
    if (line.shape) {
      const key = line.reversed === "1" ? `${line.to}|${line.from}` : `${line.from}|${line.to}`;
      const way = ways.get(key) ?? { line, lines: [] };
      way.lines.push(line);
      ways.set(key, way);
    } else {
      spots.set(line.from, [...(spots.get(line.from) ?? []), line]);
    }
  }
  const wanted = new Map();
  const kept = new Map();
  for (const [key, { line, lines }] of ways) {
    const route = routeBetween(line.from, line.to, line.shape, line.reversed === "1");
    if (!route) continue;
    const path = used.get(key) ?? make(layer, "path");
    used.delete(key);
    kept.set(key, path);
    const last = lines[lines.length - 1];
    const tip = `url(#tip-${last.kind})`;
    set(path, { d: route.d, class: last.kind === "you" ? "way you" : "way",
      "marker-start": last.reversed === "1" ? tip : "none", "marker-end": last.reversed === "1" ? "none" : tip });
    const length = path.getTotalLength();
    const resting = lines.slice(-Math.max(1, Math.min(REST, Math.floor(length / (onWall() ? 58 : 26)))));
    resting.forEach((each, index) => {
      const along = clear(length, ((index + 1) / (resting.length + 1)) * length);
      wanted.set(each.span, { line: each, point: path.getPointAtLength(along) });
    });
  }
  for (const path of used.values()) path.remove();
  used = kept;
  for (const [part, lines] of spots) {
    const element = partElement(part);
    if (!element || !element.offsetParent) continue;
    const b = box(element);
    lines.slice(-3).forEach((line, index) => {
      wanted.set(line.span, { line, point: { x: b.right - 4 - index * 17, y: b.top } });
    });
  }
  placeNumbers(numbers, wanted);
}

// A number keeps clear of both ends, where the arrow and the walls are.
function clear(length, along) {
  const margin = Math.min(16, length / 2);
  return Math.min(Math.max(along, margin), length - margin);
}

function placeNumbers(layer, wanted) {
  for (const number of [...layer.children]) {
    if (!wanted.has(number.dataset.of)) number.remove();
  }
  for (const [span, { line, point }] of wanted) {
    if (inFlight.has(span)) continue;
    let number = layer.querySelector(`[data-of="${span}"]`);
    if (!number) {
      number = document.createElement("span");
      number.dataset.of = span;
      number.textContent = line.n;
      layer.append(number);
    }
    const look = `n at ${line.kind}${line.now === "1" ? " now" : ""}`;
    if (!number.classList.contains("hot") && number.className !== look) number.className = look;
    number.style.left = `${point.x}px`;
    number.style.top = `${point.y}px`;
  }
}
