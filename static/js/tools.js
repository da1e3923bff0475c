// The tools and the keys of the stage. One tool is pressed; a press on a pod uses it: Kill kills at once, Inspect
// opens the inspector. Everything works by keyboard: arrows move in a room, Delete kills, Enter uses the tool.

import { send } from "./live.js";
import { toast } from "./toast.js";
import { inspect } from "./inspector.js";
import { isTyping } from "./typing.js";

const tools = () => [...document.querySelectorAll("#tools [data-tool]")];
let tool = "kill";

/** Makes `name` the pressed tool; a locked tool says why it is locked. */
export function choose(name) {
  const button = tools().find((each) => each.dataset.tool === name);
  if (!button) return;
  if (button.getAttribute("aria-disabled") === "true") {
    toast("Not yet", button.dataset.why || "Answer the question in the lesson first.");
    return;
  }
  tool = name;
  for (const each of tools()) each.setAttribute("aria-pressed", String(each === button));
  document.getElementById("play")?.setAttribute("data-using", name);
}

/** What a press or a key means: a pod (in the picture, the layers or the text twin), a process, a node or an owner. */
const THING = "[data-pod], [data-layer-pod], [data-twin-pod], [data-part], [data-node-name], [data-ref]";
const thing = (target) => target.closest?.(THING);
const podName = (element) => element.dataset.pod ?? element.dataset.layerPod ?? element.dataset.twinPod;

function use(element) {
  if (tool === "kill" && podName(element)) kill(element);
  else inspect(element);
}

/** Kills a pod, as `kubectl delete pod`. */
export function kill(pod) {
  const button = tools().find((each) => each.dataset.tool === "kill");
  if (button?.getAttribute("aria-disabled") === "true") return choose("kill");
  const { namespace, uid, status } = pod.dataset;
  const name = podName(pod);
  if (status === "Terminating") {
    return toast("It is already leaving", `${name} was asked to stop. It is gone when its time is up or its containers have ended.`);
  }
  return send("kill", { namespace, name, uid });
}

/** Wires the tools to the page. */
export function startTools() {
  const play = document.getElementById("play");
  if (!play) return;
  play.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-tool]");
    if (pressed) return choose(pressed.dataset.tool);
    const element = event.target.closest("#stage") && thing(event.target);
    if (element) use(element);
    return undefined;
  });
  document.addEventListener("keydown", onKey);
  const first = tools().find((each) => each.getAttribute("aria-disabled") !== "true");
  choose(first?.dataset.tool ?? "inspect");
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "k") return choose("kill");
  if (key === "i") return choose("inspect");
  const element = thing(event.target);
  if (!element) return;
  if (key === "Delete" || key === "Backspace") {
    if (!podName(element)) return;
    event.preventDefault();
    kill(element);
  } else if (key.startsWith("Arrow")) {
    if (moveFocus(element, key)) event.preventDefault();
  }
}

// The nearest thing in the arrow's direction in the room: of the same kind, or any if there is none.
function moveFocus(element, key) {
  const room = element.closest(".room, .bench, .house") ?? document.getElementById("picture");
  const things = [...room.querySelectorAll("button[data-pod], button[data-part]")].filter((each) => each !== element && each.offsetParent);
  const next = nearest(element, key, things.filter((each) => Boolean(each.dataset.pod) === Boolean(element.dataset.pod))) ?? nearest(element, key, things);
  next?.focus();
  return Boolean(next);
}

function nearest(element, key, found) {
  const here = element.getBoundingClientRect();
  const across = key === "ArrowLeft" || key === "ArrowRight";
  const sign = key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1;
  let best = null;
  let least = Infinity;
  for (const each of found) {
    const there = each.getBoundingClientRect();
    const dx = there.x + there.width / 2 - here.x - here.width / 2;
    const dy = there.y + there.height / 2 - here.y - here.height / 2;
    const along = (across ? dx : dy) * sign;
    const off = Math.abs(across ? dy : dx);
    if (along <= 4) continue;
    const far = along + off * 2;
    if (far < least) [best, least] = [each, far];
  }
  return best;
}
