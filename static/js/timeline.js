// The timeline: a space–time diagram of the chain. Lanes by actor, the list's own numbers, causes as lines between
// lanes. Steps are evenly spaced; long waits are folded, their length in words. Drawn from the list on the page. While one
// looks back the head stands at that moment, what came later is dimmed, and now keeps its place as a thin line.

import { inWords, showMoment, timelineSteps } from "./past.js";
import { touches } from "./renderer.js";
import { make } from "./svg.js";

const SPACE = 20; // px a number needs
const FOLD = 2; // seconds of silence that are folded
let drawnIn;

const onWall = (now) => now.replace(/^(now|then) |,.*$/g, "");
const textOf = (where) => document.querySelector(where)?.textContent ?? "";
const seconds = (t) => (t < 10 ? t.toFixed(3) : t < 100 ? t.toFixed(1) : t.toFixed(0));

/** Draws the timeline after a frame. */
export function drawTimeline(frame) {
  const svg = document.getElementById("lanes");
  if (!svg) return;
  const now = textOf("#now-text");
  const mode = frame?.clock?.mode;
  if (frame && mode === drawnIn && !touches(frame, /^(span-|rollout|earlier|then)/)) {
    const text = svg.querySelector(".nowt");
    const shown = svg.dataset.wall === "1" ? onWall(now) : now;
    if (text && text.textContent !== shown) text.textContent = shown;
    return;
  }
  const lines = timelineSteps();
  showMoment(lines);
  const layout = { width: svg.clientWidth, height: svg.clientHeight, wall: svg.dataset.wall === "1" };
  if (!layout.width) return;
  drawnIn = mode;
  svg.setAttribute("viewBox", `0 0 ${layout.width} ${layout.height}`);
  svg.replaceChildren();
  if (layout.height < 100 || layout.wall) drawScrubber(svg, lines, layout, now);
  else drawLanes(svg, lines, layout, now);
}

function laneOrder(lines) {
  const fixed = ["You", "API server", "etcd", "Controllers", "Scheduler"];
  const present = [...new Set(lines.map((line) => line.lane))];
  const others = present.filter((lane) => !fixed.includes(lane)).sort();
  const base = ["You", "API server", "Controllers", "Scheduler", ...(present.includes("etcd") ? ["etcd"] : [])];
  return [...base, ...others].slice(0, 8);
}

// The first step and the newest ones: as many as have room.
function newest(lines, most) {
  return lines.length <= most ? lines : [lines[0], ...lines.slice(2 - most)];
}

// Evenly spaced steps; a wait of more than FOLD seconds gets a fold of its own between two of them.
function places(lines, from, to) {
  const folds = [];
  let units = 0;
  const at = lines.map((line, i) => {
    const gap = i ? Number(line.time) - Number(lines[i - 1].time) : 0;
    if (gap > FOLD) {
      folds.push({ unit: units + 0.9, gap });
      units += 1.8;
    } else if (i) units += 1;
    return units;
  });
  const step = Math.min(92, (to - from) / Math.max(1, units));
  return { x: at.map((u) => from + u * step), folds: folds.map((f) => ({ x: from + f.unit * step, gap: f.gap })), step };
}

function drawLanes(svg, lines, { width, height }, now) {
  const lanes = laneOrder(lines);
  const top = 32;
  const foot = height - 13;
  const gap = Math.min(17, (foot - top - 8) / Math.max(1, lanes.length - 1));
  const y = (lane) => top + Math.max(0, lanes.indexOf(lane)) * gap;
  const left = 84;
  const head = Math.round(Math.min(width * 0.74, width - 186)); // the words beside it need their room
  svg.dataset.head = String(head);
  const labels = make(svg, "g", { class: "lab" });
  lanes.forEach((lane) => make(labels, "text", { x: 0, y: y(lane) + 4 }, lane));
  make(svg, "rect", { class: "future", x: head, y: top - 11, width: width - head, height: foot - top + 11 });
  make(svg, "path", { class: "lane", d: lanes.map((lane) => `M${left} ${y(lane)}H${width}`).join("") });
  const whole = lines;
  lines = newest(lines, Math.floor((head - left - 90) / SPACE));
  const { x, folds, step } = places(lines, left + 60, head - 30);
  if (lines.length < whole.length) folds.unshift({ x: (x[0] + x[1]) / 2 - 4, words: `${whole.length - lines.length} steps` });
  const index = new Map(lines.map((line, i) => [line.span, i]));
  lines.forEach((line, i) => drawCause(svg, line, i, index, lines, x, y));
  drawRollout(svg, lines, x, { head, top, foot });
  for (const fold of folds) {
    make(svg, "path", { class: "brk", d: `M${fold.x} ${top - 10}l-6 ${foot - top + 10}M${fold.x + 8} ${top - 10}l-6 ${foot - top + 10}` });
    make(svg, "text", { class: "gap", x: fold.x, y: height - 3 }, fold.words ?? inWords(fold.gap));
  }
  drawTicks(svg, lines, x, folds, step, height);
  const seen = lines.filter((line) => !line.later).length;
  const at = seen < lines.length ? (x[seen - 1] ?? left + 7) + 13 : head;
  lines.forEach((line, i) => drawNumber(svg, line, x[i], y(line.lane), 8.5));
  if (at < head) {
    make(svg, "path", { class: "now-line", d: `M${head} ${top - 11}V${foot + 3}` });
    make(svg, "text", { class: "gap l", x: head + 6, y: top }, "now");
  }
  make(svg, "path", { class: "head-line", d: `M${at} 14V${foot + 3}` });
  make(svg, "path", { class: "grip", d: `M${at - 11} 2h22v10l-11 8-11-8Z` });
  make(svg, "text", { class: "nowt", x: at + 20, y: 14 }, now);
  if (!lines.length) make(svg, "text", { class: "gap l", x: left + 20, y: y("Controllers") + 26 }, "Nothing has happened yet.");
  make(svg, "text", { class: "gap l", x: head + 20, y: height - 3 }, "not yet");
}

// A Deployment that rolls out: how many pods are of the old template, of the new one, and ready, at each moment; between
// two steps of the chain time runs evenly.
function drawRollout(svg, lines, x, { head, top, foot }) {
  const text = document.getElementById("rollout")?.dataset.plot;
  if (!text || !lines.length) return;
  const { name, most, least, points } = JSON.parse(text);
  const times = [...lines.map((line) => Number(line.at)), Math.max(points.at(-1)[0], Number(lines.at(-1).at)) + 1];
  const places = [...x, head];
  const where = (at) => {
    const i = times.findIndex((time) => time > at);
    if (i < 1) return i ? head : places[0];
    return places[i - 1] + (places[i] - places[i - 1]) * (at - times[i - 1]) / (times[i] - times[i - 1]);
  };
  const high = Math.max(most, ...points.map(([, old, young]) => old + young));
  const y = (count) => foot - (foot - top) * count / high;
  const group = make(svg, "g", { class: "rollout" });
  for (const bound of [most, least]) make(group, "path", { class: "bound", d: `M${x[0]} ${y(bound)}H${head}` });
  ["old", "new", "ready"].forEach((kind, i) => {
    make(group, "path", { class: kind, d: points.map((point, n) => `${n ? `H${where(point[0])}V` : `M${where(point[0])} `}${y(point[i + 1])}`).join("") + `H${head}` });
    make(svg, "text", { class: `gap l ${kind}`, x: head + 20, y: 32 + 15 * i }, `${points.at(-1)[i + 1]} ${kind}${i ? "" : ` of ${name}`}`);
  });
  make(svg, "text", { class: "gap l", x: head + 20, y: 77 }, `at most ${most}, ${least} available`);
}

function drawCause(svg, line, i, index, lines, x, y) {
  const from = index.get(line.cause);
  if (from === undefined) return;
  const [ax, ay, bx, by] = [x[from], y(lines[from].lane), x[i], y(line.lane)];
  const middle = ax + Math.max((bx - ax) / 2, bx - ax - 40);
  const d = ay === by ? `M${ax} ${ay}H${bx}` : `M${ax} ${ay}C${middle} ${ay} ${(ax + bx) / 2} ${by} ${bx} ${by}`;
  make(svg, "path", { class: `cause ${lines[from].kind}${line.later ? " later" : ""}`, d });
}

function drawTicks(svg, lines, x, folds, step, height) {
  const ticks = make(svg, "g", { class: "tick" });
  let free = -Infinity;
  lines.forEach((line, i) => {
    if (x[i] < free || folds.some((fold) => Math.abs(fold.x - x[i]) < 44)) return;
    make(ticks, "text", { x: x[i], y: height - 3 }, i ? seconds(Number(line.time)) : `${seconds(Number(line.time))} s`);
    free = x[i] + Math.max(58, step * 0.6);
  });
}

function drawNumber(svg, line, x, y, r) {
  const look = `m ${line.kind}${line.now === "1" ? " now" : ""}${line.later ? " later" : ""}${line.n ? "" : " before"}`;
  const group = make(svg, "g", { class: look, "data-of": line.span, "data-at": line.at });
  make(group, "circle", { cx: x, cy: y, r: line.n ? r : 3.5 });
  make(group, "text", { x, y: y + r * 0.44 }, line.n);
}

// Phone and wall: one line with the newest numbers on it.
function drawScrubber(svg, lines, { width, height, wall }, now) {
  const r = wall ? 22 : 8;
  const y = height / 2;
  const end = wall ? width - 300 : width - 34;
  svg.dataset.head = String(width - 12);
  const room = Math.max(1, Math.floor((end - r) / (r * 2 + (wall ? 14 : 4))));
  const seen = lines.filter((line) => !line.later).length;
  const first = Math.max(0, Math.min(lines.length, seen + 2) - room);
  const shown = lines.slice(first, first + room);
  const step = Math.min(wall ? 102 : 24, (end - 2 * r) / Math.max(1, shown.length - 1));
  const x = shown.map((_, i) => r + 4 + i * step);
  const last = x.length ? x[x.length - 1] : 0;
  make(svg, "path", { class: "lane", d: `M0 ${y}H${width}` });
  if (x.length > 1) make(svg, "path", { class: "cause", d: `M${x[0]} ${y}H${last}` });
  if (seen < lines.length) make(svg, "path", { class: "grip", d: `M${(x[seen - first - 1] ?? r) - 7} 2h14v5l-7 6-7-6Z` });
  if (wall && x.length) make(svg, "path", { class: "head-line", d: `M${last} 8V${height - 8}` });
  if (wall && x.length) {
    const mode = textOf('#now [data-f="mode"]');
    make(svg, "text", { class: "nowt", x: last + 44, y: y - 10 }, onWall(now));
    make(svg, "text", { class: "nowt s", x: last + 44, y: y + 26 }, mode);
  }
  shown.forEach((line, i) => drawNumber(svg, line, x[i], y, i === shown.length - 1 ? r * 1.2 : r));
}
