// The one door for acts: whatever changes the cluster goes through `act`. Buttons and forms with data-op carry their
// values in data attributes and fields; a body is JSON in which {field} stands for what was typed, as a value or as a
// key, and {field:number} for a number. Who shows a past moment puts a guard at the door.

import { onAnswer, send } from "./live.js";
import { onPress } from "./press.js";
import { did, toast } from "./toast.js";

let guard = () => true;
const after = [];

/** `wait(op, values)` is asked before every act: false keeps it back (and tells why by itself). */
export function guardActs(wait) {
  guard = wait;
}

/** Calls `listener(answer, command)` when an act was done or refused. */
export function afterAct(listener) {
  after.push(listener);
}

/** Acts, if the door is open; → the command, or null. */
export function act(op, values = {}) {
  return guard(op, values) ? send(op, values) : null;
}

const QUIET = ["pause", "play", "step", "skip", "speed", "undo", "look", "return", "fork", "link"];

/** Wires buttons and forms with data-op, and the notices that follow acts. */
export function startActs() {
  onPress("[data-op]:not(form)", (button) => run(button.dataset));
  onPress("[aria-disabled=true][data-why]:not([data-tool])", (locked, event) => {
    event.preventDefault();
    toast("Not now", locked.dataset.why);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form");
    if (form?.dataset.op) {
      event.preventDefault();
      delete form.dataset.dirty;
      if (!form.querySelector("[aria-disabled=true]")) run({ ...form.dataset, ...sizes(form), ...Object.fromEntries(new FormData(form)) }, form);
    } else if (form && "acts" in form.dataset && !guard("apply", {})) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);
  onAnswer((answer, command) => {
    if (!command && answer.t === "ack" && answer.note) did(answer.note, ""); // how something longer ended
    if (!command || QUIET.includes(command.op) || command.verb === "GET") return;
    if (answer.t === "ack") did(answer.note, answer.kubectl || answer.request || "");
    for (const listener of after) listener(answer, command);
  });
}

function sizes(form) {
  const chosen = form.elements.size?.selectedOptions?.[0];
  return chosen ? { "option.cpu": chosen.dataset.cpu, "option.memory": chosen.dataset.memory } : {};
}

function run(values, form) {
  if (values.op === "request") {
    const body = values.body ? filled(JSON.parse(values.body), values) : undefined;
    return act("request", { verb: values.verb, path: values.path, body, contentType: values.contentType });
  }
  const { op, ...rest } = values;
  if (op === "fault" || op === "operate") return act(op, { name: values.fault ?? values.operation, target: values.target, options: options(values, form) });
  if (op === "undo-fault") return act(op, { fault: values.faultId });
  return act(op, rest);
}

// Fields called option.NAME, as the model wants them: numbers as numbers, boxes as true or false, what is empty not at all.
function options(values, form) {
  const found = {};
  for (const [name, value] of Object.entries(values)) {
    if (name.startsWith("option.") && value !== "") found[name.slice(7)] = form?.elements[name]?.type === "number" ? Number(value) : value;
  }
  for (const box of form?.querySelectorAll("[type=checkbox][name^='option.']") ?? []) found[box.name.slice(7)] = box.checked;
  return found;
}

function filled(body, values) {
  if (typeof body === "string") {
    const whole = /^\{(\w+)(:number)?\}$/.exec(body);
    if (whole) return whole[2] ? Number(values[whole[1]]) : values[whole[1]] || null;
    return body.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  }
  if (Array.isArray(body)) return body.map((each) => filled(each, values));
  if (body && typeof body === "object") {
    return Object.fromEntries(Object.entries(body).map(([key, value]) => [filled(key, values), filled(value, values)]));
  }
  return body;
}
