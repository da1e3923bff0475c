// Messages on their way: a disc with its number, a tail and a label travels along the drawn route, for as long as
// the frame says. Each is an element of its own that only moves: nothing is painted again on the way. With reduced
// motion nothing travels: the route lights up and the number appears in its place.

import { inFlight, routeBetween, redraw } from "./routes.js";
import { make } from "./svg.js";

const MOST = 24;
const LABELLED = 90;
const EASE = "cubic-bezier(.45,.05,.35,1)";
const still = matchMedia("(prefers-reduced-motion: reduce)");
let flying = 0;

/** Shows the messages of one frame. */
export function showMessages(frame) {
  if (document.hidden) return;
  frame.flow?.forEach(([from, to, shape, reversed, count]) => {
    const route = routeBetween(from, to, shape, reversed);
    if (route) light(route, { kind: "thread" }, Math.min(6, 1 + Math.log2(1 + count)));
  });
  frame.msgs?.forEach((message, index) => {
    const route = routeBetween(message.from, message.to, message.shape, message.reversed);
    if (!route) return;
    if (still.matches || flying >= MOST) light(route, message);
    else fly(route, message, message.wait ?? index * 140);
  });
}

// The route lights and fades: for reduced motion, and, as thick as its traffic, when there are too many to follow.
function light(route, message, width) {
  const layer = document.querySelector("#routes .flow");
  const path = make(layer, "path", { d: route.d, class: `flash ${message.kind}` });
  if (width) path.style.strokeWidth = `${width}px`;
  const fade = path.animate([{ opacity: 1 }, { opacity: 0 }], { duration: 600, delay: still.matches && !width ? 600 : 0, fill: "forwards" });
  fade.finished.finally(() => path.remove());
}

function fly(route, message, delay) {
  const layer = document.getElementById("discs");
  const duration = Math.min(Math.max(message.ms || 600, 120), 4000);
  const parts = [];
  const part = (look, words) => {
    const element = document.createElement("span");
    element.className = `${look} ${message.kind}`;
    element.textContent = words;
    element.style.offsetPath = `path("${route.d}")`;
    layer.append(element);
    parts.push(element);
    return element;
  };
  const tail = part("tail", "");
  tail.style.offsetRotate = route.reversed ? "auto 180deg" : "auto";
  const length = make(null, "path", { d: route.d }).getTotalLength();
  if (length < LABELLED) tail.style.inlineSize = `${length / 2}px`;
  part(`n now disc${message.n ? "" : " dot"}`, message.n ?? "");
  if (message.label && length > LABELLED) part("msg", message.label.slice(0, 24)); // a short way has no room for words
  flying += 1;
  inFlight.add(String(message.id));
  const way = route.reversed ? ["100%", "0%"] : ["0%", "100%"];
  const timing = { duration, delay, easing: EASE, fill: "both" };
  const moves = parts.map((each) => each.animate([{ offsetDistance: way[0] }, { offsetDistance: way[1] }], timing));
  tail.animate([{ scale: "0 1" }, { scale: "1 1", offset: 0.25 }, { scale: "1 1" }], { duration, delay, fill: "both" }); // it grows out of its sender
  for (const each of parts) each.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 1, delay, fill: "both" });
  moves[0].finished.catch(() => {}).finally(() => {
    flying -= 1;
    inFlight.delete(String(message.id));
    for (const each of parts) each.remove();
    redraw();
  });
}
