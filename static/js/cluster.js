// The cluster of this page: its element, what the server says of it, and how that is kept up to date.

import { afterAct } from "./acts.js";
import { afterFrame } from "./renderer.js";

const EVERY = 1000; // ms between two looks

/** The element of the whole stage: `data-view`, `data-tab`, … say what is shown. */
export const play = () => document.getElementById("play");

/** The address of something about this cluster, with the code of who follows it. */
export function address(path, query = {}) {
  const { cluster, code } = play().dataset;
  return `/clusters/${cluster}/${path}/?${new URLSearchParams(code ? { ...query, code } : query)}`;
}

/** Fetches it into `target`, an element or a selector. Each target has a queue of its own. */
export const bring = (target, path, query, swap = "innerHTML") => globalThis.htmx.ajax("GET", address(path, query), { source: target, target, swap });

/** Keeps something up to date while `may()`: `look()` is called after acts and frames, at most once a second. → asks for a
 * look now. */
export function keepFresh(may, look) {
  let looked = -EVERY;
  let timer = 0;
  const again = async () => {
    looked = performance.now();
    try {
      if (may()) await look();
    } finally {
      timer = 0;
    }
  };
  const soon = () => {
    if (!timer && may()) timer = setTimeout(again, Math.max(150, looked + EVERY - performance.now()));
  };
  afterAct(soon);
  afterFrame((frame) => {
    if (frame.add || frame.del || frame.set?.some(([id]) => id !== "now")) soon();
  });
  return soon;
}
