// The transport: play, pause, step, speed, next event, undo. The server keeps the clock; this shows it.

import { onAnswer, send } from "./live.js";
import { onPress } from "./press.js";
import { inFlight } from "./routes.js";
import { onKey } from "./keys.js";

const SPEEDS = [0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 100];
const byId = (id) => document.getElementById(id);

/** Wires the transport's controls. */
export function startTransport() {
  byId("play-pause")?.addEventListener("click", toggle);
  for (const op of ["step", "skip", "undo"]) {
    onPress(`#${op}, [data-${op}]`, () => send(op));
    onKey(op, () => send(op));
  }
  const slider = byId("speed");
  slider?.addEventListener("input", () => showSpeed(SPEEDS[slider.value]));
  slider?.addEventListener("change", () => send("speed", { value: SPEEDS[slider.value] }));
  onKey("toggle", (event) => {
    if (event.target.closest?.("button, a, summary")) return false;
    return toggle();
  });
  onAnswer((answer, command) => {
    if (answer.t !== "ack") return;
    if (command?.op === "undo") inFlight.clear();
    nameUndo(command);
  });
}

// Undo says what it would take back: its button has the words.
function nameUndo(command) {
  const button = byId("undo");
  const name = JSON.parse(button?.dataset.names ?? "{}")[command?.op];
  if (name !== undefined && command.verb !== "GET") button.lastChild.textContent = `Undo${name}`;
}

function toggle() {
  const { mode } = document.documentElement.dataset;
  send(mode === "past" ? "return" : mode === "running" ? "pause" : "play");
}

/** After a frame: the clock as the server tells it. */
export function showClock(frame) {
  const clock = frame.clock;
  if (!clock) return;
  const running = clock.mode === "running";
  if (document.documentElement.dataset.mode !== clock.mode) document.documentElement.dataset.mode = clock.mode;
  const button = byId("play-pause");
  if (button && button.dataset.state !== clock.mode) {
    button.dataset.state = clock.mode;
    button.setAttribute("aria-label", clock.mode === "past" ? "Return to now" : running ? "Pause" : "Play");
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, running ? "#pause" : "#play"));
  }
  const slider = byId("speed");
  if (slider && document.activeElement !== slider && shownSpeed !== clock.speed) {
    const index = SPEEDS.reduce((best, speed, i) => (Math.abs(speed - clock.speed) < Math.abs(SPEEDS[best] - clock.speed) ? i : best), 0);
    if (slider.value !== String(index)) slider.value = index;
    showSpeed(clock.speed);
  }
}

let shownSpeed = null;

function showSpeed(speed) {
  shownSpeed = speed;
  const text = `${speed}×`;
  for (const place of document.querySelectorAll("[data-speed]")) place.textContent = text;
  byId("speed")?.setAttribute("aria-valuetext", `${speed} times real time`);
}
