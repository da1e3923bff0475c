// The sheet of keys on `?`: a plain dialog.

import { isTyping } from "./typing.js";

/** Wires the sheet of keys. */
export function startKeys() {
  const sheet = document.getElementById("keys");
  if (!sheet) return;
  const open = () => (sheet.open ? sheet.close() : sheet.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.key === "?" && !isTyping(event)) {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open-keys]")) open();
    else if (event.target === sheet || event.target.closest("[data-close-keys]")) sheet.close();
  });
}
