// Short notices: what happened, why, what to do. They leave by themselves, or on a press of their button. What a person
// did is told in one that is used again and again, with the way back.

const STAY = 9000;
const STAY_DID = 5000;
let last = null;

function notice(title, text, kind) {
  const note = document.createElement("div");
  note.className = `toast ${kind}`;
  const head = document.createElement("b");
  head.textContent = title;
  const body = document.createElement(kind ? "code" : "p");
  body.textContent = text;
  const close = button("close", "×");
  close.setAttribute("aria-label", "Close this notice");
  note.append(head, body, close);
  return note;
}

document.addEventListener("click", (event) => event.target.closest(".toast .close")?.parentElement.remove());

function button(name, words) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = name;
  made.textContent = words;
  return made;
}

function show(note, stay) {
  const place = document.getElementById("toasts");
  if (!place) return;
  place.append(note);
  while (place.children.length > 3) place.firstElementChild.remove();
  setTimeout(() => note.remove(), stay);
}

/** Shows a notice with a title and a sentence. */
export function toast(title, text) {
  show(notice(title, text, ""), STAY);
}

/** Tells what a person did: its command, and Undo. */
export function did(words, command) {
  last?.remove();
  last = notice(words, command && !command.startsWith("#") ? `$ ${command}` : command, "did");
  const undo = button("btn sm", "Undo");
  undo.addEventListener("click", () => {
    last.remove();
    document.getElementById("undo")?.click();
  });
  last.append(undo);
  show(last, STAY_DID);
}
