// Opens the inspector: a panel fetched by htmx from /clusters/<id>/inspect/, and the acts offered in it.

import { send } from "./live.js";

let shown = null;
let before = "lesson"; // the tab to go back to

/** Opens the inspector for an element of the stage. */
export function inspect(element) {
  const { uid, part, ref, nodeName } = element.dataset;
  if (uid) open({ uid });
  else if (ref) open({ ref });
  else if (nodeName) open({ ref: `nodes/${nodeName}` });
  else if (part) open({ part });
  mark(element);
}

function mark(element) {
  shown?.classList.remove("on");
  shown = element.closest("[data-key]") ?? element;
  shown?.classList.add("on");
}

function open(query) {
  const panel = document.getElementById("inspector");
  const play = document.getElementById("play");
  if (!panel || !play) return;
  const path = `/clusters/${play.dataset.cluster}/inspect/?${new URLSearchParams(query)}`;
  globalThis.htmx.ajax("GET", path, { target: "#inspector", swap: "innerMorph" });
  panel.hidden = false;
  if (play.dataset.tab !== "inspect") before = play.dataset.tab;
  document.querySelector('[data-show-tab="inspect"]')?.click();
}

/** Closes the inspector and gives the focus back to what was inspected. */
export function closeInspector() {
  const panel = document.getElementById("inspector");
  if (!panel || panel.hidden) return;
  panel.hidden = true;
  document.querySelector(`[data-show-tab="${before}"]`)?.click();
  shown?.classList.remove("on");
  shown?.focus();
  shown = null;
}

/** Wires the panel: close, act, refresh after an act. */
export function startInspector() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-inspector]")) closeInspector();
    const act = event.target.closest("[data-op]");
    if (act && !act.closest("form")) run(act, act.dataset);
    const again = event.target.closest("[data-inspect]");
    if (again) open(JSON.parse(again.dataset.inspect));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-op]");
    if (!form) return;
    event.preventDefault();
    run(form, { ...form.dataset, ...Object.fromEntries(new FormData(form)) });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeInspector();
  });
}

// An act's values are in data attributes; its body is JSON in which {field} stands for what was typed, as a value or
// as a key, and {field:number} for a number.
function run(element, values) {
  if (values.op === "request") {
    const body = values.body ? filled(JSON.parse(values.body), values) : undefined;
    send("request", { verb: values.verb, path: values.path, body, contentType: values.contentType });
  } else if (values.op === "fault") {
    send("fault", { name: values.fault, target: values.target });
  } else if (values.op === "undo-fault") {
    send("undo-fault", { fault: values.faultId });
  }
  setTimeout(refresh, 700);
}

function filled(body, values) {
  if (typeof body === "string") {
    const field = /^\{(\w+)(:number)?\}$/.exec(body);
    if (!field) return body;
    return field[2] ? Number(values[field[1]]) : values[field[1]] || null;
  }
  if (Array.isArray(body)) return body.map((each) => filled(each, values));
  if (body && typeof body === "object") {
    return Object.fromEntries(Object.entries(body).map(([key, value]) => [filled(key, values), filled(value, values)]));
  }
  return body;
}

function refresh() {
  const again = document.querySelector("#inspector [data-refresh]");
  if (again && !document.getElementById("inspector").hidden) open(JSON.parse(again.dataset.refresh));
}
