// The panel of a tool (Add, Deploy, Scale, Traffic, Break): fetched by htmx; its changing part follows the cluster, never
// under somebody's typing. Also dropped and chosen manifests.

import { bring, keepFresh } from "./cluster.js";
import { onPress } from "./press.js";
import { toast } from "./toast.js";

const COMING = "One moment …";
const DROPPED = 262144; // bytes of a dropped file
let shown = "";
let opener = null;

const panel = () => document.getElementById("tool-panel");

/** Opens a tool's panel and goes there. */
export async function openPanel(name, about = "") {
  const place = panel();
  if (!place) return;
  opener = document.activeElement;
  shown = name;
  place.hidden = false;
  place.dataset.panel = name;
  place.textContent = COMING;
  await bring(place, `tools/${name}`);
  if (shown !== name) return;
  if (place.textContent === COMING) {
    closePanel();
    toast("The panel could not be fetched.", "The connection may be gone for a moment. Press the tool again.");
    return;
  }
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

/** Marks the form that somebody types into: it is not fetched anew. */
export const markTyping = (event) => event.target.closest("form")?.setAttribute("data-dirty", "");

/** Wires the panel. */
export function startPanel() {
  const place = panel();
  if (!place) return;
  const live = () => document.getElementById("panel-live");
  keepFresh(() => shown && live() && !live().querySelector("[data-dirty]"), () => bring("#panel-live", `tools/${shown}`, { live: 1 }, "innerMorph"));
  place.addEventListener("input", markTyping);
  onPress("[data-close-panel]", () => closePanel());
  onPress("[data-manifest]", (picked) => write(picked.dataset.manifest));
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
