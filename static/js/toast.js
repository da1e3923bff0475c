// Short notices: what happened, why, what to do. They leave by themselves, or on a press of their button.

const STAY = 9000;

/** Shows a notice with a title and a sentence. */
export function toast(title, text) {
  const place = document.getElementById("toasts");
  if (!place) return;
  const note = document.createElement("div");
  note.className = "toast";
  const head = document.createElement("b");
  head.textContent = title;
  const body = document.createElement("p");
  body.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "close";
  close.setAttribute("aria-label", "Close this notice");
  close.textContent = "×";
  close.addEventListener("click", () => note.remove());
  note.append(head, body, close);
  place.append(note);
  while (place.children.length > 3) place.firstElementChild.remove();
  setTimeout(() => note.remove(), STAY);
}
