"""What a frame costs the browser: 200 pods, 50 changes a second in 10 frames, beside the barest keyed renderer there is.

`python -m tests.bench.frame` prints one JSON object. Both pages get the same frames in the same Chromium, one after the
other: milliseconds of the main thread per frame, tasks over 50 ms. The bare page is a grid of as many boxes whose
attribute and text are set by key: what no stage can do without.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, expect, sync_playwright

from tests.browser.conftest import NAMES, launch
from tests.browser.server import Server

PODS = 200
FRAMES = 200
EVERY = 100  # ms between two frames
CHANGES = 5  # pods that change in each

BARE = f"""<!doctype html><meta charset="utf-8"><style>
#stage {{ display: grid; grid-template-columns: repeat(20, 1fr); gap: 4px; font: 12px sans-serif; }}
.pod {{ block-size: 32px; border: 1px solid; }} .pod[data-look=running] {{ background: #cfc; }} .pod[data-look=crash] {{ background: #fcc; }}
</style><div id="stage">{"".join(f'<div class="pod" id="p{n}" data-look="running">pod {n}<b>Running</b></div>' for n in range(PODS))}</div>
<script>
window.take = (rows) => requestAnimationFrame(() => {{
  for (const [n, look, word] of rows) {{
    const pod = document.getElementById("p" + n);
    pod.dataset.look = look;
    pod.lastChild.textContent = word;
  }}
}});
</script>"""

# A module of the page as the page itself knows it.
MODULE = """const module = (name) => performance.getEntriesByType("resource").find((each) => each.name.includes(`js/${name}.`)).name;"""

# As the server would tell it: rooms so full that each pod is a mark, and the pods that are missing, beside those there.
CROWD = """async (pods) => {
  MODULE
  const { receive } = await import(module("renderer"));
  const bays = [...document.querySelectorAll("#picture .bays")];
  const model = document.querySelector("#picture .bays .pod");
  const here = document.querySelectorAll("#picture .bays .pod").length;
  const add = Array.from({ length: pods - here }, (_, n) => [bays[n % bays.length].id, `pod-crowd-${n}`, model.outerHTML.replaceAll(model.id, `pod-crowd-${n}`), null]);
  receive({ t: "frame", n: 0, full: false, add, set: bays.map((each) => [each.closest(".room").id, { "@data-density": "marks" }]) });
}"""

# Plays frames at their pace; each turns `changes` pods from running to crashed or back.
PLAY = """async ([kind, frames, every, changes]) => {
  MODULE
  const slow = [];
  new PerformanceObserver((list) => slow.push(...list.getEntries().map((each) => each.duration))).observe({ type: "longtask" });
  let take = window.take;
  if (kind === "stage") {
    const { receive } = await import(module("renderer"));
    const pods = [...document.querySelectorAll("#picture .pod")].map((pod) => pod.id);
    take = (rows, n) => receive({ t: "frame", n, full: false, clock: { now: n / 10, rev: n, speed: 10, mode: "running" }, set: [
      ...rows.map(([at, look, word]) => [pods[at % pods.length], { "@data-status": word, "@data-look": look, "#mark": look, "*containers": `c-${look}`, spoken: `Pod, ${word}`, word }]),
      ["now", { now: `now ${(n / 10).toFixed(1)} s, rev ${n}` }]] });
  }
  for (let n = 0; n < frames; n += 1) {
    const [look, word] = Math.floor(n * changes / 200) % 2 ? ["running", "Running"] : ["crash", "Error"];
    take(Array.from({ length: changes }, (_, i) => [(n * changes + i) % 200, look, word]), n);
    await new Promise((done) => setTimeout(done, every));
  }
  return slow;
}"""


def in_chromium() -> dict[str, Any]:
    """Both pages, in turns."""
    path = os.environ.get("PODIUM_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        server = Server(Path(data))
        browser = launch(playwright, path)
        try:
            stage = browser.new_context(base_url=server.url, viewport={"width": 1440, "height": 900}).new_page()
            crowd(stage)
            bare = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            bare.set_content(BARE)
            found: dict[str, Any] = {}
            for kind, page in (("bare", bare), ("stage", stage)):
                page.bring_to_front()
                found[kind] = played(page, kind)
            return found
        finally:
            browser.close()
            server.close()


def crowd(page: Page) -> None:
    """A paused cluster of ten workers, shown with 200 pods."""
    page.goto("/play/?scene=b-ten-workers")
    expect(page.locator("html")).to_have_attribute("data-connection", "open")
    page.locator("#play-pause").click()
    expect(page.locator("html")).to_have_attribute("data-mode", "paused")
    page.evaluate(CROWD.replace("MODULE", MODULE), PODS)
    expect(page.locator("#picture .bays .pod")).to_have_count(PODS)


def played(page: Page, kind: str) -> dict[str, float]:
    """Milliseconds of the main thread per frame, and the longest task."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    before = metrics(cdp)
    slow = page.evaluate(PLAY.replace("MODULE", MODULE), [kind, FRAMES, EVERY, CHANGES])
    after = metrics(cdp)
    spent = {name: 1e3 * (after[name] - before[name]) / FRAMES
             for name in ("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration")}
    return {**spent, "over_50_ms": len(slow), "longest": max(slow, default=0)}


def metrics(cdp: CDPSession) -> dict[str, float]:
    """What Chromium has counted so far."""
    return {row["name"]: row["value"] for row in cdp.send("Performance.getMetrics")["metrics"]}


if __name__ == "__main__":
    print(json.dumps(in_chromium()))
