// What of the page is shown: Picture or Text, Cluster or Layers, what etcd believes or what is real, and on a phone the
// tabs of the sheet. The choices of Text and of belief are remembered; everything stays in the page, so switching asks nobody.

import { say } from "./announce.js";
import { onKey } from "./keys.js";
import { onPress } from "./press.js";
import { redraw } from "./routes.js";

const REMEMBERED = ["reading", "belief"];
const changed = [];

/** Calls `listener()` when another view is shown. */
export function onView(listener) {
  changed.push(listener);
}

/** Shows `name` of a kind of view: reading, belief, view, tab, pods. */
export function show(kind, name) {
  const play = document.getElementById("play");
  play.setAttribute(`data-${kind}`, name);
  for (const button of document.querySelectorAll(`[data-show-${kind}]`)) {
    const mine = button.getAttribute(`data-show-${kind}`) === name;
    button.setAttribute(button.getAttribute("role") === "tab" ? "aria-selected" : "aria-pressed", mine);
  }
  redraw();
  for (const listener of changed) listener();
}

// The phone's sheet has three heights; the handle goes round them.
function pull(play) {
  const heights = ["mid", "full", "low"];
  play.dataset.sheet = heights[(heights.indexOf(play.dataset.sheet) + 1) % heights.length];
  redraw();
}

/** Wires the switches. */
export function startViews() {
  const play = document.getElementById("play");
  if (!play) return;
  for (const kind of REMEMBERED) {
    const name = memory((storage) => storage.getItem(`podium-${kind}`));
    if (name) show(kind, name);
  }
  onKey("belief", () => {
    const next = document.querySelector(`[data-show-belief="${play.dataset.belief}"] + [data-show-belief]`) ?? document.querySelector("[data-show-belief]");
    next.click();
    say(`The picture shows: ${next.textContent}`);
  });
  onPress("[data-pull]", () => pull(play));
  for (const kind of [...REMEMBERED, "view", "tab", "pods"]) {
    onPress(`[data-show-${kind}]`, (button) => {
      const name = button.getAttribute(`data-show-${kind}`);
      show(kind, name);
      if (REMEMBERED.includes(kind)) memory((storage) => storage.setItem(`podium-${kind}`, name));
    });
  }
}

// Storage may be refused; then nothing is remembered.
function memory(use) {
  try {
    return use(localStorage);
  } catch {
    return null;
  }
}
