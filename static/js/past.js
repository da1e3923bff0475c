// Looking back: the timeline is a slider over the moments at which something happened. Dragged back, the server shows
// that moment to everybody who looks at this cluster, under a banner with the ways out: return, or fork.

import { guardActs } from "./acts.js";
import { copy } from "./clipboard.js";
import { onKey } from "./keys.js";
import { onAnswer, onPresent, send } from "./live.js";
import { onPress } from "./press.js";
import { chainLines } from "./routes.js";
import { toast } from "./toast.js";

const PAUSE = 90; // ms between two looks while one drags
const EARLIER = 6; // steps before the followed act that stand on the timeline
const banner = () => document.getElementById("then");
const slider = () => document.getElementById("moment");
const asked = new Map(); // command → what to do with the address it answers
let wanted = null;
let waiting = 0;

/** A length of time in words. */
export function inWords(s) {
  if (s < 90) return `${s < 10 ? s.toFixed(1) : Math.round(s)} s`;
  return s < 5400 ? `${Math.round(s / 60)} min` : `${(s / 3600).toFixed(1)} h`;
}

/** The steps on the timeline, as the chain's lines are: what was before the followed act, the chain, and, while one
 * looks back, what came after that moment. */
export function timelineSteps() {
  const chain = chainLines();
  const then = banner();
  const stops = parsed((then ?? document.querySelector("#earlier-box > [data-stops]"))?.dataset.stops || "[]");
  if (!then && !stops.length) return chain;
  const known = new Map(chain.map((line) => [line.span, line]));
  const at = Number(then?.dataset.at ?? Infinity);
  const past = stops.filter((stop) => !known.has(stop.span)).map((stop) => ({ ...stop, at: String(stop.at), cause: "", now: "" }));
  const before = past.filter((step) => !step.n).slice(-EARLIER);
  const steps = [...before, ...chain, ...past.filter((step) => step.n)];
  const zero = Number((steps.find((step) => step.n === "1") ?? steps[0])?.at ?? 0);
  return steps.map((step) => ({ ...step, time: String((Number(step.at) - zero) / 1e6), later: Number(step.at) > at ? "1" : "" }))
    .sort((one, other) => Number(one.at) - Number(other.at) || Number(one.n) - Number(other.n));
}

let last = { text: "[]", stops: [] };

// The stops change with an act, frames come ten times a second.
function parsed(text) {
  if (text !== last.text) last = { text, stops: JSON.parse(text) };
  return last.stops;
}

/** Tells the slider where among `steps` it is, in words. */
export function showMoment(steps) {
  if (!banner() && !waiting) wanted = null; // back at now, by whatever way
  const box = slider();
  if (!box) return;
  const here = index(steps);
  const step = steps[here];
  box.setAttribute("aria-valuemax", String(steps.length));
  box.setAttribute("aria-valuenow", String(banner() ? here : steps.length));
  const words = banner() && step ? `${banner().querySelector("p").textContent.trim()} ${step.n ? `Step ${step.n}. ` : ""}${step.words ?? ""}` : "now";
  if (box.getAttribute("aria-valuetext") !== words) box.setAttribute("aria-valuetext", words);
}

// The newest step that the moment shown has seen.
function index(steps) {
  const at = Number(banner()?.dataset.at ?? Infinity);
  return steps.filter((step) => Number(step.at) <= at).length - 1;
}

function go(to) {
  const steps = timelineSteps();
  if (to >= steps.length) return back();
  look(Number(steps[Math.max(0, to)]?.at ?? 0));
}

function look(at) {
  if (wanted === at) return;
  wanted = at;
  if (waiting) return;
  waiting = setTimeout(() => {
    waiting = 0;
    if (wanted !== null) send("look", { at: wanted });
  }, PAUSE);
}

function back() {
  wanted = null;
  if (banner()) send("return");
}

function step(by) {
  const steps = timelineSteps();
  if (!steps.length) return;
  if (banner()) go(index(steps) + by);
  else if (by < 0) go(steps.length - 1 + (by + 1));
}

// Where the pointer is: the nearest number, or now.
function point(event) {
  const svg = document.getElementById("lanes");
  const x = event.clientX - svg.getBoundingClientRect().left;
  const head = Number(svg.dataset.head || svg.clientWidth);
  if (x >= head) return back();
  let best = null;
  for (const mark of svg.querySelectorAll(".m")) {
    const distance = Math.abs(Number(mark.querySelector("circle").getAttribute("cx")) - x);
    if (!best || distance < best.distance) best = { distance, at: Number(mark.dataset.at) };
  }
  if (best) look(best.at);
}

/** Wires the slider, the banner's buttons and the keys. */
export function startPast() {
  const box = slider();
  if (!box) return; // a follower's timeline is a picture
  box.addEventListener("pointerdown", (event) => {
    box.setPointerCapture(event.pointerId);
    point(event);
  });
  box.addEventListener("pointermove", (event) => box.hasPointerCapture(event.pointerId) && point(event));
  box.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: -1, ArrowDown: -1, PageDown: -5, ArrowRight: 1, ArrowUp: 1, PageUp: 5 }[event.key];
    if (move) step(move);
    else if (event.key === "Home") go(0);
    else if (event.key === "End" || event.key === "Escape") back();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  onPress("[data-back]", () => step(-1));
  onPress("[data-return]", back);
  onPress("[data-fork]", () => asked.set(send("fork").id, (where) => location.assign(where)));
  onPress("[data-link]", () => asked.set(send("link").id, copyLink));
  onKey("back", () => step(-1));
  onPresent(({ now, then }) => {
    const ago = banner()?.querySelector('[data-f="ago"]');
    if (ago) ago.textContent = inWords(Math.max(0, now - then));
  });
  onAnswer((answer, command) => {
    if (command?.op === "look" && answer.t === "refused") wanted = null;
    const use = command && asked.get(command.id);
    if (!use) return;
    asked.delete(command.id);
    if (answer.t === "ack" && answer.result) use(answer.result);
  });
  guardActs(() => {
    if (!banner()) return true;
    toast("You look at the past.", "What has happened stays as it is. Return to now, or fork: a cluster of your own that begins at this moment.");
    return false;
  });
}

async function copyLink(where) {
  const address = new URL(where, location.href).href;
  toast(`The link to this moment${await copy(address) ? " is copied." : ""}`, address);
}
