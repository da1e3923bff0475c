// Copies text: [data-copy="id"] copies what stands in that element.

import { say } from "./announce.js";
import { onPress } from "./press.js";

/** Copies it; whether that was allowed. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { // plain http in a classroom has no clipboard API
    const area = document.createElement("textarea");
    const before = document.activeElement;
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    before?.focus();
    return done;
  }
}

/** Wires the buttons that copy. */
export function startCopy() {
  onPress("[data-copy]", async (button) => {
    if (!await copy(document.getElementById(button.dataset.copy)?.textContent.trim() ?? "")) return;
    button.dataset.copied = "1";
    say("Copied");
    setTimeout(() => delete button.dataset.copied, 1600);
  });
}
