// The list 'What just happened': keeps its newest line in sight unless the reader has scrolled away, lights a number
// in all three places at once, and opens a line.

import { bring } from "./cluster.js";
import { onPress } from "./press.js";

let following = true;

/** Wires the list. */
export function startChain() {
  const scroller = document.getElementById("chain-scroll");
  scroller?.addEventListener("scroll", () => {
    following = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
  }, { passive: true });
  for (const [type, on] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
    document.addEventListener(type, (event) => {
      const span = spanOf(event.target);
      if (span) light(span, on);
    });
  }
  onPress(".line", toggleStep);
}

// A line opens below itself; what it shows is fetched once.
async function toggleStep(button) {
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  let place = button.parentElement.querySelector(".step");
  if (place) place.hidden = !open;
  if (!open || place?.childElementCount) return;
  if (!place) {
    place = document.createElement("div");
    place.className = "step";
    button.parentElement.append(place);
  }
  place.textContent = "One moment …";
  await bring(place, `steps/${spanOf(button)}`);
  if (!place.childElementCount) place.textContent = "It could not be fetched. Close the line and open it again.";
}

/** After a frame: the newest line is scrolled to. */
export function followChain(frame) {
  const scroller = document.getElementById("chain-scroll");
  if (!scroller) return;
  const touched = (frame.add ?? []).some((row) => row[0] === "chain");
  if (touched && following) scroller.scrollTo({ top: scroller.scrollHeight });
  if (!touched && frame.clock && !frame.full) return;
  const count = document.getElementById("chain")?.childElementCount ?? 0;
  for (const place of document.querySelectorAll("[data-chain-count]")) place.textContent = count || "";
}

function spanOf(target) {
  const place = target.closest?.("[data-span], [data-of]");
  return place?.dataset.span ?? place?.dataset.of;
}

function light(span, on) {
  const id = CSS.escape(span);
  for (const place of document.querySelectorAll(`[data-span="${id}"], [data-of="${id}"]`)) {
    place.classList.toggle("hot", on);
  }
}
