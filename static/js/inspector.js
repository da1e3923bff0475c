// Opens the inspector: a panel fetched by htmx from /clusters/<id>/inspect/. It stays open and follows what changes: it
// is fetched again after acts and frames, at most once a second, and never under somebody's typing or selecting.

import { afterAct } from "./acts.js";
import { onKey } from "./keys.js";
import { letGo } from "./cut.js";
import { closePanel } from "./panel.js";
import { afterFrame } from "./renderer.js";

const EVERY = 1000; // ms between two looks
let shown = null;
let asked = null; // what the panel shows
let before = "lesson"; // the tab to go back to
let looked = 0;
let timer = 0;

const panel = () => document.getElementById("inspector");

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
  open(query);
}

function open(query, swap = "innerHTML") {
  const place = panel();
  const play = document.getElementById("play");
  if (!place || !play) return;
  asked = query;
  looked = performance.now();
  const code = play.dataset.code ? { code: play.dataset.code } : {};
  const path = `/clusters/${play.dataset.cluster}/inspect/?${new URLSearchParams({ ...query, ...code })}`;
  globalThis.htmx.ajax("GET", path, { target: "#inspector", swap });
  if (!place.hidden) return;
  place.hidden = false;
  if (play.dataset.tab !== "inspect") before = play.dataset.tab;
  document.querySelector('[data-show-tab="inspect"]')?.click();
}

/** Closes the inspector and gives the focus back to what was inspected. */
export function closeInspector() {
  const place = panel();
  if (!place || place.hidden) return false;
  place.hidden = true;
  asked = null;
  document.querySelector(`[data-show-tab="${before}"]`)?.click();
  shown?.classList.remove("on");
  (shown?.matches("button, [tabindex]") ? shown : shown?.querySelector("button"))?.focus();
  shown = null;
  return true;
}

/** Wires the panel: close, links, following. */
export function startInspector() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-inspector]")) closeInspector();
    const again = event.target.closest("[data-inspect]");
    if (again) openInspector(JSON.parse(again.dataset.inspect));
  });
  globalThis.htmx?.config.morphIgnore.push("open"); // what somebody unfolded stays so
  panel()?.addEventListener("input", (event) => event.target.closest("form")?.setAttribute("data-dirty", ""));
  onKey("close", () => {
    letGo();
    return closePanel() || closeInspector();
  });
  afterAct(refreshSoon);
  afterFrame((frame) => {
    if (frame.add || frame.del || frame.set?.some(([id]) => id !== "now")) refreshSoon();
  });
}

function refreshSoon() {
  if (asked && !timer) timer = setTimeout(refresh, Math.max(200, looked + EVERY - performance.now()));
}

function refresh() {
  timer = 0;
  const place = panel();
  if (!asked || place.hidden || place.querySelector("[data-dirty]")) return;
  const selected = getSelection();
  if (selected && !selected.isCollapsed && place.contains(selected.anchorNode)) return;
  open(asked, "innerMorph");
}
