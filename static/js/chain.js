// The list 'What just happened': keeps its newest line in sight unless the reader has scrolled away, lights a number
// in all three places at once, opens a line, and copies the kubectl line.

import { say } from "./announce.js";

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
  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) copyText(copy);
    const step = event.target.closest(".line");
    if (step) toggleStep(step);
  });
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
  const { cluster, code } = document.getElementById("play").dataset;
  place.textContent = "One moment …";
  await globalThis.htmx.ajax("GET", `/clusters/${cluster}/steps/${spanOf(button)}/${code ? `?code=${code}` : ""}`, { target: place, swap: "innerHTML" });
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

async function copyText(button) {
  const text = document.getElementById(button.dataset.copy)?.textContent.trim() ?? "";
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea"); // plain http in a classroom has no clipboard API
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  button.dataset.copied = "1";
  say("Copied");
  setTimeout(() => delete button.dataset.copied, 1600);
}
