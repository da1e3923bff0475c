// The Layers view: lines of ownership from owner to pod, and from each pod to its node. Few pods are drawn one by one with
// all their ties; many are counted, and what is pointed at shows its ties.

import { onPress } from "./press.js";
import { make } from "./svg.js";
import { show } from "./views.js";

const MANY = 6; // pods of one family that fit side by side in full
const TIED = 12; // pods up to which every tie to a node is drawn
const CROWD = 16; // pods from which on they are counted, until somebody chooses
let drawnFor = "";
let hot = "";
let chosen = false;

const layers = () => document.getElementById("layers");

/** Wires pointing and the switch. */
export function startLayers() {
  const view = layers();
  if (!view) return;
  for (const kind of ["pointerover", "focusin"]) view.addEventListener(kind, (event) => point(event.target));
  for (const kind of ["pointerleave", "focusout"]) view.addEventListener(kind, () => point(null));
  onPress("[data-show-pods]", () => {
    chosen = true;
    drawLayers();
  });
}

function point(target) {
  const at = target?.closest("[data-slot-of], [data-uid]");
  const uid = at?.dataset.slotOf ?? at?.dataset.uid ?? "";
  if (uid === hot) return;
  hot = uid;
  drawLayers();
}

/** Draws the lines between the layers, where the page has put them. */
export function drawLayers() {
  const view = layers();
  const svg = document.getElementById("owns");
  const play = document.getElementById("play");
  if (!view || !svg || play.dataset.view !== "layers") return;
  const pods = view.querySelectorAll("[data-layer-pod]");
  const sum = play.dataset.pods === "sum";
  if (!chosen && pods.length > (sum ? TIED : CROWD) !== sum) return show("pods", sum ? "one" : "sum");
  const many = [...view.querySelectorAll(".pods")].some((row) => row.querySelectorAll(".pod").length > MANY) ? "1" : "";
  if (view.dataset.many !== many) view.dataset.many = many;
  const outer = view.getBoundingClientRect();
  const box = (element) => {
    const b = element.getBoundingClientRect();
    return { x: b.left - outer.left + b.width / 2 + view.scrollLeft, top: b.top - outer.top + view.scrollTop, bottom: b.bottom - outer.top + view.scrollTop, off: b.width === 0 };
  };
  const by = new Map([...view.querySelectorAll("[data-uid]")].map((each) => [each.dataset.uid, each]));
  // What is pointed at, what it owns, and whom it belongs to.
  const lit = (each) => hot && [each.dataset.uid, each.dataset.owner, by.get(each.dataset.owner)?.dataset.owner].includes(hot);
  const lines = [];
  const line = (shape, a, b, of) => {
    const [from, to] = [box(a), box(b)];
    if (!from.off && !to.off) lines.push([shape(from, to), lit(of) ? "sel" : kind(of, shape)]);
  };
  for (const owned of view.querySelectorAll("[data-owner]")) {
    const owner = by.get(owned.dataset.owner);
    if (owner) line(elbow, owner, owned, owned);
  }
  for (const slot of view.querySelectorAll("[data-slot-of]")) {
    const pod = by.get(slot.dataset.slotOf);
    if (pod && (pods.length <= TIED || lit(pod))) line(curve, pod, slot, pod);
    slot.classList.toggle("hot", Boolean(pod && lit(pod)));
  }
  for (const each of view.querySelectorAll("p.sum")) {
    for (const node of lit(each) ? view.querySelectorAll(`[data-hosts~="${CSS.escape(each.dataset.owner || "bare")}"]`) : []) line(curve, each, node, each);
  }
  for (const [uid, each] of by) each.classList.toggle("hot", uid === hot);
  const stamp = lines.map((each) => each.join()).join(";");
  if (stamp === drawnFor) return;
  drawnFor = stamp;
  svg.replaceChildren(...lines.map(([d, name]) => make(null, "path", { d, class: `own ${name}` })));
}

function kind(element, shape) {
  if (element.classList.contains("on")) return "sel";
  if (element.dataset.look === "terminating") return "gone";
  return element.dataset.current === "1" && shape === elbow ? "new" : "";
}

function elbow(a, b) {
  const middle = (a.bottom + b.top) / 2;
  if (Math.abs(a.x - b.x) < 2) return `M${a.x} ${a.bottom}V${b.top}`;
  const r = Math.min(8, Math.abs(a.x - b.x) / 2, Math.abs(b.top - a.bottom) / 4) * Math.sign(b.x - a.x);
  const s = Math.abs(r);
  return `M${a.x} ${a.bottom}V${middle - s}Q${a.x} ${middle} ${a.x + r} ${middle}H${b.x - r}Q${b.x} ${middle} ${b.x} ${middle + s}V${b.top}`;
}

function curve(a, b) {
  const bend = (b.top - a.bottom) / 2;
  return `M${a.x} ${a.bottom}C${a.x} ${a.bottom + bend} ${b.x} ${b.top - bend} ${b.x} ${b.top}`;
}
