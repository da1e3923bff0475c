// The text twin: fetched while somebody reads it, at most once a second and only after something changed; what is open
// and where the focus is stays. The outline is a tree as the ARIA practices have it: one stop for Tab, arrows inside.

import { bring, keepFresh, play } from "./cluster.js";

/** Brings it up to date, if it is what is shown. */
export let drawTwin = () => {};

async function look() {
  const place = document.getElementById("twin");
  await bring(place, "twin", {}, "innerMorph");
  const items = [...place.querySelectorAll("[role=treeitem]")];
  if (items.length && !items.some((item) => item.tabIndex === 0)) items[0].tabIndex = 0; // the one in focus is gone
}

/** Wires the outline. */
export function startTwin() {
  drawTwin = keepFresh(() => play().dataset.reading === "text", look);
  globalThis.htmx?.config.morphIgnore.push("aria-expanded", "tabindex");
  const place = document.getElementById("twin");
  place?.addEventListener("keydown", (event) => {
    const item = event.target.closest("[role=treeitem]");
    if (item && !event.ctrlKey && !event.metaKey && !event.altKey && move(place, item, event.key)) {
      event.preventDefault();
      event.stopPropagation();
    }
  });
  place?.addEventListener("click", (event) => {
    const item = event.target.closest("[role=treeitem]");
    if (!item) return;
    go(item);
    if (!event.target.matches(".label[data-uid], .label[data-part], .label[data-node-name]")) toggle(item);
  });
}

function move(place, item, key) {
  const seen = [...place.querySelectorAll("[role=treeitem]")].filter((each) => each.offsetParent);
  const open = item.getAttribute("aria-expanded");
  const at = seen.indexOf(item);
  if (key === "ArrowDown") go(seen[at + 1]);
  else if (key === "ArrowUp") go(seen[at - 1]);
  else if (key === "Home") go(seen[0]);
  else if (key === "End") go(seen.at(-1));
  else if (key === "ArrowRight") open === "false" ? toggle(item) : open && go(seen[at + 1]);
  else if (key === "ArrowLeft") open === "true" ? toggle(item) : go(item.parentElement.closest("[role=treeitem]"));
  else if (key === "Enter" || key === " ") item.querySelector(".label").click();
  else return false;
  return true;
}

function toggle(item) {
  const open = item.getAttribute("aria-expanded");
  if (open) item.setAttribute("aria-expanded", String(open === "false"));
}

function go(item) {
  if (!item) return;
  for (const each of item.closest("[role=tree]").querySelectorAll('[tabindex="0"]')) each.tabIndex = -1;
  item.tabIndex = 0;
  item.focus();
}
