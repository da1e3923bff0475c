// What is done in the first tenths of a second, before the stage's own script has come: kept, and done again once it has.
// Clicks on buttons that do nothing by themselves, keys (space and Enter press what they are on), and the speed. A plain
// script in the head, so that it listens before there is anything to press.

(() => {
  const WANTED = {
    click: "button[type=button]:not([popovertarget]), #stage [tabindex]",
    keydown: "*",
    change: "#time input",
  };
  const kept = [];
  const keep = (event) => {
    const target = event.target.closest?.(WANTED[event.type]);
    if (target && ![" ", "Enter"].includes(event.key)) kept.push([target, event]);
  };
  for (const kind in WANTED) document.addEventListener(kind, keep, true);

  /** Ends the listening and does everything again, in the order it was done. */
  globalThis.pressAgain = () => {
    for (const kind in WANTED) document.removeEventListener(kind, keep, true);
    delete globalThis.pressAgain;
    for (const [target, event] of kept) target.dispatchEvent(new event.constructor(event.type, event));
  };
})();
