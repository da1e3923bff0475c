// The socket. htmx's hx-ws connects, reconnects and hands us each message; frames go to the renderer, answers to
// whoever sent the command. Commands carry an id: after a lost connection they are sent again, and the server
// answers a repeated id with its first answer. They also carry the virtual second this page had seen: a server that was
// killed may stand a moment before it, and goes there first.

import { receive } from "./renderer.js";
import { say } from "./announce.js";
import { toast } from "./toast.js";

const unanswered = new Map();
const answers = new Set();
const presents = new Set();
let connection = null;
let count = 0;
let seen = null;
const visit = Math.random().toString(36).slice(2, 10);

/** Calls `listener(answer, command)` for every ack and refusal. */
export function onAnswer(listener) {
  answers.add(listener);
}

/** Calls `listener({now, then})` once a second while the page shows a past moment: how far now has come. */
export function onPresent(listener) {
  presents.add(listener);
}

/** Sends a command of this page's cluster: `send("kill", {namespace, name, uid})`. */
export function send(op, values = {}) {
  const command = { op, id: `${visit}-${++count}`, seen, ...values };
  unanswered.set(command.id, command);
  if (isOpen()) connection.socket.send(JSON.stringify(command));
  else if (unanswered.size > 100) unanswered.delete(unanswered.keys().next().value);
  return command;
}

function isOpen() {
  return connection?.socket?.readyState === WebSocket.OPEN;
}

/** Listens, and only then has hx-ws open the socket: opened by the page itself, it could bring the first frame before
 * anybody listens. */
export function listen() {
  document.addEventListener("htmx:ws:before:message:incoming", (event) => {
    const message = parse(event.detail.message.data);
    if (!message) return;
    event.preventDefault();
    take(message);
  });
  document.addEventListener("htmx:ws:after:connection", (event) => {
    connection = event.detail.connection;
    showConnection("open");
    for (const command of unanswered.values()) connection.socket.send(JSON.stringify(command));
  });
  document.addEventListener("htmx:ws:close", (event) => {
    const away = [1000, 4000, 4001, 4003, 4004].includes(event.detail.code);
    showConnection(away ? "ended" : "waiting");
  });
  const play = document.getElementById("play");
  play.setAttribute("hx-ws:connect", play.dataset.socket);
  globalThis.htmx.process(play);
}

function parse(data) {
  if (typeof data !== "string" || data[0] !== "{") return null;
  try {
    const message = JSON.parse(data);
    return message.t ? message : null;
  } catch {
    return null;
  }
}

function take(message) {
  if (message.t === "frame") {
    seen = message.clock?.now ?? seen;
    receive(message);
    if (message.say) say(message.say);
  } else if (message.t === "ack" || message.t === "refused") {
    const command = unanswered.get(message.id);
    unanswered.delete(message.id);
    if (message.t === "refused") toast(message.title, message.text);
    for (const listener of answers) listener(message, command);
  } else if (message.t === "present") {
    for (const listener of presents) listener(message);
  } else if (message.t === "presence") {
    for (const place of document.querySelectorAll("[data-followers]")) place.textContent = message.followers;
  } else if (message.t === "goals") {
    const goals = document.getElementById("goals");
    if (goals && goals.innerHTML !== message.html) {
      goals.innerHTML = message.html;
      globalThis.htmx?.process(goals);
    }
  }
}

// What is kept and when it tries again, in words; hidden while all is well.
function showConnection(state) {
  const banner = document.getElementById("connection");
  if (!banner) return;
  clearInterval(banner.countdown);
  document.documentElement.dataset.connection = state;
  banner.hidden = state === "open";
  if (state === "ended") {
    banner.textContent = "This cluster was closed by its owner. Nothing more will change here. Load the page to look again.";
  }
  if (state !== "waiting") return;
  const attempt = (connection?.attempt ?? 0) + 1;
  let left = Math.ceil(Math.min(60, 0.5 * 2 ** (attempt - 1)));
  const tell = () => {
    const when = left > 0 ? `next try in ${left} s` : "trying now";
    const kept = unanswered.size ? ` ${unanswered.size} of your commands wait and will be sent.` : "";
    banner.textContent = `Connection lost: ${when}. The cluster is kept, and so is your place.${kept}`;
    left -= 1;
  };
  tell();
  banner.countdown = setInterval(tell, 1000);
}
