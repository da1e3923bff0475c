// The socket. htmx's hx-ws connects, reconnects and hands us each message; frames go to the renderer, answers to
// whoever sent the command. Commands carry an id: after a lost connection they are sent again, and the server
// answers a repeated id with its first answer. They also carry the virtual second this page had seen: a server that was
// killed may stand a moment before it, and goes there first. A line that is dead without saying so is found out by its
// silence after a command, and closed: then the same way leads on.

import { receive } from "./renderer.js";
import { say } from "./announce.js";
import { toast } from "./toast.js";

const unanswered = new Map();
const answers = new Set();
const presents = new Set();
let connection = null;
let count = 0;
let seen = null;
let heard = 0; // messages
let house = null; // which run of the server it was
const SILENCE = 8000; // ms without a word after a command: the line is dead
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
  if (isOpen()) {
    const [{ socket }, before] = [connection, heard];
    socket.send(JSON.stringify(command));
    setTimeout(() => unanswered.has(command.id) && heard === before && socket.close(), SILENCE);
  } else if (unanswered.size > 100) unanswered.delete(unanswered.keys().next().value);
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
    showConnection([1000, 4000, 4001, 4003, 4004].includes(event.detail.code) ? "ended" : "waiting");
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
  heard += 1;
  const { cluster } = document.getElementById("play").dataset;
  // The presenter began anew, and the code leads there now: so does every page that follows.
  if ((message.cluster ?? cluster) !== cluster) location.replace(location.href.replace(cluster, message.cluster));
  else if (message.t === "full") showConnection("full", message.place);
  else if (message.t === "frame") {
    const before = house;
    house = message.house ?? house;
    if (before && house !== before) toast("The server was started again.", document.getElementById("connection").dataset.again);
    if (document.documentElement.dataset.connection === "full") showConnection("open");
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

// What is kept and when it tries again, in words; hidden while all is well. The seconds are not read aloud.
function showConnection(state, place) {
  const banner = document.getElementById("connection");
  if (!banner) return;
  clearInterval(banner.countdown);
  document.documentElement.dataset.connection = state;
  banner.hidden = state === "open";
  const [words, seconds, way] = banner.children;
  words.textContent = (banner.dataset[state] ?? "").replace("#", place);
  seconds.textContent = "";
  if (way) way.hidden = state !== "ended";
  if (state !== "waiting") return;
  let left = Math.ceil(Math.min(60, 0.5 * 2 ** (connection?.attempt ?? 0)));
  const tell = () => {
    const kept = unanswered.size ? ` What you did is kept and will be sent: ${unanswered.size}.` : "";
    seconds.textContent = (left > 0 ? `Next try in ${left} s.` : "Trying now.") + kept;
    left -= 1;
  };
  tell();
  banner.countdown = setInterval(tell, 1000);
}
