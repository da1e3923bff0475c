// The inspector: a panel fetched by htmx. It stays open and follows what changes, never under somebody's typing or
// selecting.

import { bring, keepFresh, play } from "./cluster.js";
import { onKey } from "./keys.js";
import { letGo } from "./cut.js";
import { closePanel, markTyping } from "./panel.js";
import { onPress } from "./press.js";

let shown = null;
let asked = null; // what the panel shows
let before = "lesson"; // the tab to go back to

const panel = () => document.getElementById("inspector");
const goToTab = (name) => document.querySelector(`[data-show-tab="${name}"]`)?.click();

/** Opens the inspector for an element of the stage. */
export function inspect(element) {
  const { uid, part, ref, nodeName, namespace } = element.dataset;
  const pod = element.dataset.pod ?? element.dataset.layerPod ?? element.dataset.twinPod;
  if (uid) openInspector(pod ? { uid, ref: `pods/${namespace || "default"}/${pod}` } : { uid }, element);
  else if (ref) openInspector({ ref }, element);
  else if (nodeName) openInspector({ ref: `nodes/${nodeName}` }, element);
  else if (part) openInspector({ part }, element);
}

/** Opens it for a query, with the element that stands for it on the stage, if there is one. */
export function openInspector(query, element) {
  shown?.classList.remove("on");
  shown = element?.closest("[data-key]") ?? element ?? null;
  shown?.classList.add("on");
  const place = panel();
  if (!place) return;
  asked = query;
  bring(place, "inspect", query);
  if (!place.hidden) return;
  place.hidden = false;
  const { tab } = play().dataset;
  if (tab !== "inspect") before = tab;
  goToTab("inspect");
}

/** Closes the inspector and gives the focus back to what was inspected. */
export function closeInspector() {
  const place = panel();
  if (!place || place.hidden) return false;
  place.hidden = true;
  asked = null;
  goToTab(before);
  shown?.classList.remove("on");
  (shown?.matches("button, [tabindex]") ? shown : shown?.querySelector("button"))?.focus();
  shown = null;
  return true;
}

/** Wires the panel: close, links, following. */
export function startInspector() {
  onPress("[data-close-inspector]", closeInspector);
  onPress("[data-inspect]", (link) => openInspector(JSON.parse(link.dataset.inspect)));
  globalThis.htmx?.config.morphIgnore.push("open"); // what somebody unfolded stays so
  panel()?.addEventListener("input", markTyping);
  onKey("close", () => {
    letGo();
    return closePanel() || closeInspector();
  });
  keepFresh(mayLook, () => bring("#inspector", "inspect", asked, "innerMorph"));
}

function mayLook() {
  if (!asked || panel().hidden || panel().querySelector("[data-dirty]")) return false;
  const selected = getSelection();
  return !selected || selected.isCollapsed || !panel().contains(selected.anchorNode);
}
