// Presses anywhere on the page: one listener a selector, so that what the server sends later needs no wiring.

/** Calls `taker(element, event)` when something inside an element of `selector` is pressed. */
export function onPress(selector, taker) {
  document.addEventListener("click", (event) => {
    const element = event.target.closest(selector);
    if (element) taker(element, event);
  });
}
