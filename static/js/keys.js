// The sheet of keys on `?`: a plain dialog.

/** Wires the sheet of keys. */
export function startKeys() {
  const sheet = document.getElementById("keys");
  if (!sheet) return;
  const open = () => (sheet.open ? sheet.close() : sheet.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.key === "?" && !event.target.closest?.("input, textarea")) {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open-keys]")) open();
    else if (event.target === sheet || event.target.closest("[data-close-keys]")) sheet.close();
  });
}
