// The panel of a tool (Add, Deploy, Scale, Traffic, Break): fetched by htmx, its changing part again after acts and
// frames, at most once a second and never under somebody's typing. Also dropped and chosen manifests.

import { afterAct } from "./acts.js";
import { afterFrame } from "./renderer.js";
import { toast } from "./toast.js";

const COMING = "One moment …";
const EVERY = 1000; // ms between two looks
const DROPPED = 262144; // bytes of a dropped file
let shown = "";
let opener = null;
let looked = 0;
let timer = 0;

const panel = () => document.getElementById("tool-panel");
const address = (name) => `/clusters/${document.getElementById("play").dataset.cluster}/tools/${name}/`;

/** Opens a tool's panel and goes there. */
export async function openPanel(name, about = "") {
  const place = panel();
  if (!place) return;
  opener = document.activeElement;
  shown = name;
  place.hidden = false;
  place.dataset.panel = name;
  place.textContent = COMING;
  await globalThis.htmx.ajax("GET", address(name), { target: "#tool-panel", swap: "innerHTML" });
  if (shown !== name) return;
  if (place.textContent === COMING) {
    closePanel();
    toast("The panel could not be fetched.", "The connection may be gone for a moment. Press the tool again.");
    return;
  }
  looked = performance.now();
  const row = place.querySelector(`[data-workload="${CSS.escape(about || "-")}"]`);
  row?.scrollIntoView({ block: "nearest" });
  (row?.querySelector("input") ?? document.getElementById("panel-title"))?.focus();
}

/** Closes it; with `back` the focus goes to where it was. */
export function closePanel(back = true) {
  const place = panel();
  if (!place || place.hidden) return false;
  place.hidden = true;
  place.replaceChildren();
  shown = "";
  if (back) (opener?.isConnected ? opener : document.querySelector("#tools [aria-pressed=true]"))?.focus();
  return true;
}

function refreshSoon() {
  if (!shown || timer || !document.getElementById("panel-live")) return;
  timer = setTimeout(refresh, Math.max(150, looked + EVERY - performance.now()));
}

function refresh() {
  timer = 0;
  if (!shown || !document.getElementById("panel-live") || panel().querySelector("#panel-live [data-dirty]")) return;
  looked = performance.now();
  globalThis.htmx.ajax("GET", `${address(shown)}?live=1`, { target: "#panel-live", swap: "innerMorph" });
}

/** Wires the panel. */
export function startPanel() {
  const place = panel();
  if (!place) return;
  afterFrame((frame) => {
    if (frame.add || frame.del || frame.set?.some(([id]) => id !== "now")) refreshSoon();
  });
  afterAct(refreshSoon);
  place.addEventListener("input", (event) => event.target.closest("form")?.setAttribute("data-dirty", ""));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-panel]")) closePanel();
    const picked = event.target.closest("[data-manifest]");
    if (picked) write(picked.dataset.manifest);
  });
  place.addEventListener("dragover", (event) => event.target.closest("form.deploy") && event.preventDefault());
  place.addEventListener("drop", async (event) => {
    const file = event.target.closest("form.deploy") && event.dataTransfer.files[0];
    if (!file) return;
    event.preventDefault();
    write(file.size > DROPPED ? `# ${file.name} is larger than 256 KiB. Deploy it in parts.` : await file.text());
  });
}

function write(text) {
  const place = document.getElementById("manifest");
  place.value = text;
  place.focus();
  place.setSelectionRange(0, 0);
  place.scrollTop = 0;
}
