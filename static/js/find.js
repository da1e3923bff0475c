// Find: a dialog on `/`. What is typed goes to the server after a short pause; Enter goes to the first result, arrows and
// Tab to the others. Going to a thing focuses it on the stage, in whatever view is shown, and opens the inspector.

import { address } from "./cluster.js";
import { openInspector } from "./inspector.js";
import { onKey } from "./keys.js";
import { onPress } from "./press.js";

let timer = 0;
let asked = 0; // searches so far: only the latest may show its answer

/** Wires the dialog. */
export function startFind() {
  const dialog = document.getElementById("find");
  if (!dialog) return;
  const input = dialog.querySelector("input");
  const open = () => {
    dialog.showModal();
    input.select();
    search();
  };
  onKey("find", open);
  const search = async () => {
    const mine = ++asked;
    const found = document.getElementById("found");
    try {
      const answer = await fetch(address("find", { q: input.value }));
      const html = await answer.text();
      if (mine === asked && answer.ok) found.innerHTML = html;
    } catch {
      found.textContent = "The connection is lost. Try again in a moment.";
    }
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, 150);
  });
  dialog.addEventListener("keydown", async (event) => {
    if (event.key === "Enter" && event.target === input) {
      event.preventDefault();
      clearTimeout(timer);
      await search();
      dialog.querySelector("[data-go]")?.click();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const all = [input, ...dialog.querySelectorAll("[data-go]")];
      all[all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
      event.preventDefault();
    }
  });
  onPress("[data-open-find]", open);
  onPress("[data-go]", (found) => {
    dialog.close();
    go(JSON.parse(found.dataset.go));
  });
}

function go(query) {
  const name = query.ref?.split("/").at(-1);
  const choices = [
    query.uid && `[data-uid="${CSS.escape(query.uid)}"]`,
    query.part && `[data-part="${CSS.escape(query.part)}"]`,
    query.ref && `[data-ref="${CSS.escape(query.ref)}"]`,
    query.ref?.startsWith("nodes/") && `[data-node-name="${CSS.escape(name)}"]`,
  ].filter(Boolean);
  const places = choices.flatMap((choice) => [...document.querySelectorAll(`#stage ${choice}`)]);
  const element = places.find((each) => each.offsetParent);
  openInspector(query, element);
  element?.scrollIntoView({ block: "nearest", inline: "nearest" });
  (element ?? document.getElementById("inspector")).focus({ preventScroll: true });
}
