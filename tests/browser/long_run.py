"""An hour of live frames, played into an open page as fast as it takes them.

The frames are made in the page from what is on it: a pod comes with new HTML and another goes, pods change their
looks, a step joins the chain and the oldest leaves, a message travels. Ten frames go into each animation frame.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

PER_SECOND = 10

PLAY = r"""async ([from, to]) => {
  const address = performance.getEntriesByType("resource").find((each) => /js\/renderer\.[^/]*$/.test(each.name)).name;
  const { receive } = await import(address);
  const pods = [...document.querySelectorAll("#picture .bays .pod")].map((pod) => pod.id);
  const model = document.getElementById(pods[0]);
  const bays = model.parentElement.id;
  const looks = [["running", "Running"], ["crash", "Error"], ["terminating", "Terminating"]];
  const pod = (n) => model.outerHTML.replaceAll(model.id, `pod-guest-${n}`).replaceAll(model.dataset.pod, `guest-${n}`);
  const step = (n) => `<li id="span-9${n}" data-key="chain_line" data-span="9${n}" data-n="${n}" data-kind="thread" data-lane="API server"
    data-at="${n}" data-time="${n}" data-cause="" data-from="a" data-to="b" data-shape="" data-reversed="" data-now=""><button class="line">step ${n}</button></li>`;
  const [route] = JSON.parse(document.getElementById("routes").dataset.routes);
  for (let n = from; n < to; n += 1) {
    const [look, word] = looks[n % 3];
    const frame = { t: "frame", n, full: false, clock: { now: n / 10, rev: n, speed: 10, mode: "running" },
      set: [[pods[n % pods.length], { "@data-status": word, "@data-look": look, "#mark": look, "*containers": `c-${look}`, word }],
        ["now", { now: `now ${(n / 10).toFixed(1)} s, rev ${n}` }]] };
    if (n % 5 === 0) {
      frame.add = [[bays, `pod-guest-${n}`, pod(n), null], ["chain", `span-9${n}`, step(n), null]];
      frame.del = [`pod-guest-${n - 20}`, `span-9${n - 60}`];
    }
    if (n % 10 === 0) frame.msgs = [{ id: `9${n}`, from: route[1], to: route[2], shape: route[3], reversed: false, n, label: "GET pods", ms: 120, kind: "thread" }];
    if (n % 10 === 5) frame.flow = [[route[1], route[2], route[3], false, n % 7]];
    receive(frame);
    if (n % 10 === 9) await new Promise(requestAnimationFrame);
  }
}"""


def play(page: Page, begin: int, end: int) -> dict[str, float]:
    """Play frames `begin` to `end`; → DOM nodes, event listeners and bytes of JavaScript there are afterwards."""
    page.evaluate(PLAY, [begin, end])
    expect(page.locator("#discs > *, #routes .flow > *")).to_have_count(0)
    wire = page.context.new_cdp_session(page)
    wire.send("Performance.enable")
    for _ in range(2):  # what a first collection lets go of frees more
        wire.send("HeapProfiler.collectGarbage")
    rows: list[dict[str, Any]] = wire.send("Performance.getMetrics")["metrics"]
    wire.detach()
    counted = {row["name"]: float(row["value"]) for row in rows}
    return {"nodes": counted["Nodes"], "listeners": counted["JSEventListeners"], "heap": counted["JSHeapUsedSize"]}
