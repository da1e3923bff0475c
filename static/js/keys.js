// The keys. Their one table is the sheet on `?` (made from lessons/stage/toolbox.py): each row names its keys and what
// they do; here a key is looked up in it and handed to whoever registered for that.

import { onPress } from "./press.js";

// Places to type. A slider, a radio button or a box takes no letters.
const FIELDS = "textarea, select, [contenteditable], input:not([type=range], [type=radio], [type=checkbox])";

const takers = new Map();
let table = null;

/** `taker(event, detail, key)` takes the key; false: it had no use for it. */
export function onKey(action, taker) {
  takers.set(action, taker);
}

function rows() {
  const found = new Map();
  for (const row of document.querySelectorAll("#keys [data-keys]")) {
    for (const key of row.dataset.keys.split(" ")) found.set(key === "space" ? " " : key, row.dataset.action);
  }
  return found;
}

/** Wires the keyboard and the sheet of keys. */
export function startKeys() {
  const sheet = document.getElementById("keys");
  if (!sheet) return;
  const open = () => (sheet.open ? sheet.close() : sheet.showModal());
  onKey("keys", open);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key !== "escape" && event.target.closest?.(FIELDS)) return;
    if (document.querySelector("dialog[open]") && key !== "?") return;
    table ??= rows();
    const [action, detail] = (table.get(key) ?? "").split(":");
    const taker = takers.get(action);
    if (taker && taker(event, detail, key) !== false) event.preventDefault();
  });
  onPress("[data-open-keys]", open);
  onPress("dialog", (dialog, event) => { // beside its sheet, or on its cross
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
}
