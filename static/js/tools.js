// The tools of the stage. One is pressed; a press on a thing uses it: Kill deletes a pod, Inspect opens the inspector,
// Power switches, Cut takes its two sides. Tools with a panel open it. By mouse, touch and keyboard the same.

import { act } from "./acts.js";
import { cutWith, letGo, startCut } from "./cut.js";
import { inspect } from "./inspector.js";
import { onKey } from "./keys.js";
import { closePanel, openPanel } from "./panel.js";
import { toast } from "./toast.js";

const tools = () => [...document.querySelectorAll("#tools [data-tool]")];
let tool = "kill";

/** Makes `name` the pressed tool; a locked tool says why it is locked. */
export function choose(name, about = "") {
  const button = tools().find((each) => each.dataset.tool === name);
  if (!button) return;
  if (button.getAttribute("aria-disabled") === "true") {
    toast("Not yet", button.dataset.why || "Answer the question in the lesson first.");
    return;
  }
  if (button.dataset.panel && document.getElementById("play").dataset.role === "follower") {
    toast("You are watching.", "Only the presenter may act here. Open your own copy of this lesson to try it yourself.");
    return;
  }
  tool = name;
  letGo();
  for (const each of tools()) each.setAttribute("aria-pressed", String(each === button));
  const play = document.getElementById("play");
  play?.setAttribute("data-using", name);
  document.getElementById("tools").removeAttribute("data-drawer");
  if (button.dataset.panel) openPanel(name, about);
  else closePanel(false);
  if (name === "cut") startCut();
}

/** What a press or a key means: a pod (in the picture, the layers or the text twin), a process, a node or an owner. */
const THING = "[data-pod], [data-layer-pod], [data-twin-pod], [data-part], [data-node-name], [data-ref]";
const thing = (target) => target.closest?.(THING);
const podName = (element) => element.dataset.pod ?? element.dataset.layerPod ?? element.dataset.twinPod;

/** A machine, a process or a pod as the model names it; '' for anything else. */
export function nameOf(element) {
  const { part, nodeName, namespace } = element.dataset;
  if (part) return part;
  if (nodeName) return nodeName;
  return podName(element) ? `pod/${namespace || "default"}/${podName(element)}` : "";
}

function use(element) {
  const name = nameOf(element);
  if (tool === "kill" && podName(element)) return kill(element);
  if (tool === "power" && name) return act("power", { target: name });
  if (tool === "cut" && name) return cutWith(element, name);
  return inspect(element);
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
  return act("kill", { namespace, name, uid });
}

/** Wires the tools to the page. */
export function startTools() {
  const play = document.getElementById("play");
  if (!play) return;
  play.addEventListener("click", (event) => {
    if (event.target.closest("[data-open-drawer]")) return toggleDrawer();
    const pressed = event.target.closest("#tools [data-tool]");
    if (pressed) return choose(pressed.dataset.tool);
    if (event.target.closest("#tool-panel")) return undefined;
    const element = event.target.closest("#stage") && thing(event.target);
    if (element) use(element);
    return undefined;
  });
  onKey("tool", (event, name) => choose(name));
  onKey("kill", (event) => {
    const element = thing(event.target);
    if (!element || !podName(element)) return false;
    kill(element);
    return true;
  });
  onKey("move", (event, name, key) => {
    const element = thing(event.target);
    return Boolean(element) && moveFocus(element, key);
  });
  const first = tools().find((each) => each.getAttribute("aria-disabled") !== "true" && !each.dataset.panel);
  choose(first?.dataset.tool ?? "inspect");
}

function toggleDrawer() {
  const bar = document.getElementById("tools");
  const open = bar.dataset.drawer !== "open";
  bar.toggleAttribute("data-drawer", open);
  if (open) bar.dataset.drawer = "open";
  bar.querySelector("[data-open-drawer]").setAttribute("aria-expanded", String(open));
}

// The nearest thing in the arrow's direction in the room: of the same kind, or any if there is none.
function moveFocus(element, key) {
  const room = element.closest(".room, .bench, .house") ?? document.getElementById("picture");
  const things = [...room.querySelectorAll("button[data-pod], button[data-part], button[data-node-name]")].filter((each) => each !== element && each.offsetParent);
  const next = nearest(element, key, things.filter((each) => Boolean(each.dataset.pod) === Boolean(element.dataset.pod))) ?? nearest(element, key, things);
  next?.focus();
  return Boolean(next);
}

function nearest(element, key, found) {
  const here = element.getBoundingClientRect();
  const across = key === "arrowleft" || key === "arrowright";
  const sign = key === "arrowleft" || key === "arrowup" ? -1 : 1;
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
