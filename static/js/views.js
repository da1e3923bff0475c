// What of the page is shown: Picture or Text, Cluster or Layers, and on a phone the tabs of the sheet. The choice of
// Text is remembered; everything stays in the page, so switching asks nobody.

import { redraw } from "./routes.js";

const changed = [];

/** Calls `listener()` when another view is shown. */
export function onView(listener) {
  changed.push(listener);
}

/** Shows `name` of a kind of view: reading, view, tab, pods. */
export function show(kind, name) {
  const play = document.getElementById("play");
  play.setAttribute(`data-${kind}`, name);
  for (const button of document.querySelectorAll(`[data-show-${kind}]`)) {
    const mine = button.getAttribute(`data-show-${kind}`) === name;
    if (button.getAttribute("role") === "tab") button.setAttribute("aria-selected", String(mine));
    else button.setAttribute("aria-pressed", String(mine));
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
  let remembered = null;
  try {
    remembered = localStorage.getItem("podium-reading");
  } catch { /* storage may be refused; then nothing is remembered */ }
  if (remembered) show("reading", remembered);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-pull]")) pull(play);
    for (const kind of ["reading", "view", "tab", "pods"]) {
      const button = event.target.closest(`[data-show-${kind}]`);
      if (!button) continue;
      const name = button.getAttribute(`data-show-${kind}`);
      show(kind, name);
      if (kind === "reading") {
        try {
          localStorage.setItem("podium-reading", name);
        } catch { /* as above */ }
      }
    }
  });
}
