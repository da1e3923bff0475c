// The stage's own script: puts the modules together. Each does one thing and can be read alone.

import { afterFrame } from "./renderer.js";
import { listen } from "./live.js";
import { followRoutes, redraw, watchLayout } from "./routes.js";
import { showMessages } from "./messages.js";
import { startTools } from "./tools.js";
import { startActs } from "./acts.js";
import { watchCuts } from "./cut.js";
import { startFind } from "./find.js";
import { startInspector } from "./inspector.js";
import { startCopy } from "./clipboard.js";
import { startPictures } from "./picture.js";
import { startPanel } from "./panel.js";
import { followChain, startChain } from "./chain.js";
import { showClock, startTransport } from "./transport.js";
import { startPast } from "./past.js";
import { drawTimeline } from "./timeline.js";
import { drawLayers, startLayers } from "./layers.js";
import { drawTwin, startTwin } from "./twin.js";
import { startTold } from "./told.js";
import { startKeys } from "./keys.js";
import { onView, startViews } from "./views.js";

function start() {
  if (!document.getElementById("picture")) return;
  listen();
  startTools();
  startActs();
  startPanel();
  startInspector();
  startFind();
  startPictures();
  startTwin();
  watchCuts();
  startChain();
  startCopy();
  startTransport();
  startPast();
  startKeys();
  startViews();
  startLayers();
  startTold();
  watchLayout();
  afterFrame((frame) => {
    showMessages(frame);
    if (frame.zoom) document.getElementById("rooms").dataset.zoom = frame.zoom;
    followRoutes(frame);
    followChain(frame);
    showClock(frame);
    drawTimeline(frame);
    drawLayers();
  });
  const again = () => {
    drawTimeline();
    drawLayers();
    drawTwin();
  };
  onView(again);
  addEventListener("resize", again);
  document.fonts?.ready.then(again);
  redraw();
  again();
  followChain({});
  globalThis.pressAgain?.();
}

start();
