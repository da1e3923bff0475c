// What is pressed in the first tenths of a second, before the stage's own script has come: kept, and pressed again once
// it has. A plain script in the head, so that it listens before there is anything to press.

(() => {
  const pressed = [];
  const keep = (event) => {
    const target = event.target.closest?.("#stage button, #stage [tabindex], #time button");
    if (target) pressed.push(target);
  };
  document.addEventListener("click", keep, true);

  /** Ends the listening and presses everything again, in the order it was pressed. */
  globalThis.pressAgain = () => {
    document.removeEventListener("click", keep, true);
    delete globalThis.pressAgain;
    for (const target of pressed.splice(0)) target.click();
  };
})();
