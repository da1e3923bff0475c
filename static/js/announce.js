// One polite sentence at most every two seconds; the latest one wins.

const QUIET = 2000;
let last = -QUIET;
let next = "";
let timer = 0;

/** Says `sentence` to screen readers when it may speak again. */
export function say(sentence) {
  next = sentence;
  if (timer) return;
  timer = setTimeout(speak, Math.max(0, last + QUIET - performance.now()));
}

function speak() {
  timer = 0;
  last = performance.now();
  const place = document.getElementById("say");
  if (place) place.textContent = next;
}
