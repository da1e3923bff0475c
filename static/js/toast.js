// Short notices: what happened, why, what to do. They leave by themselves, or on a press of their button. What a person
// did is told in one that is used again and again, with the way back.

import { onPress } from "./press.js";

const STAY = 9000;
const STAY_DID = 5000;
let last = null;

function show(kind, title, text, stay) {
  const place = document.getElementById("toasts");
  const note = document.getElementById(kind)?.content.firstElementChild.cloneNode(true);
  if (!note) return null;
  note.children[0].textContent = title;
  note.children[1].textContent = text;
  place.append(note);
  while (place.children.length > 3) place.firstElementChild.remove();
  setTimeout(() => note.remove(), stay);
  return note;
}

onPress(".toast button", (button) => button.parentElement.remove());

/** Shows a notice with a title and a sentence. */
export function toast(title, text) {
  show("toast", title, text, STAY);
}

/** Tells what a person did: its command, and Undo. */
export function did(words, command) {
  last?.remove();
  last = show("toast-did", words, command && !command.startsWith("#") ? `$ ${command}` : command, STAY_DID);
}
