// The views that the server tells, such as Memory: fetched while they are shown. What is chosen in one stands in the
// address of each of its parts, and in its data-query: so the next look asks the same. What somebody chooses takes the place
// of a look under way (hx-sync), which would bring back the old choice.

import { bring, keepFresh } from "./cluster.js";
import { onView } from "./views.js";

/** Wires them. */
export function startTold() {
  for (const place of document.querySelectorAll("[data-told]")) {
    const asked = () => Object.fromEntries(new URLSearchParams(place.querySelector("[data-query]")?.dataset.query));
    onView(keepFresh(() => place.offsetParent, () => bring(place, place.dataset.told, asked(), "innerMorph")));
  }
}
