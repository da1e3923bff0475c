"""`python -m tests.bench`: measure, print, and write bench.json, a list of {name, value, unit, baseline, ratio}.

Ratios are taken within this one run. Nothing here fails a test: a busy machine is no defect of the code.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.bench import kernel

Row = dict[str, Any]


def row(name: str, value: float, unit: str, baseline: float | None = None) -> Row:
    """One measured value; `ratio` is value over baseline."""
    return {"name": name, "value": float(f"{value:.6g}"), "unit": unit,
            "baseline": None if baseline is None else float(f"{baseline:.6g}"),
            "ratio": None if not baseline else round(value / baseline, 2)}


def in_a_process(*arguments: str) -> dict[str, Any]:
    """A measurement of `tests.bench.pods` in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "tests.bench.pods", *arguments], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure() -> list[Row]:
    """Everything, in order; each row is printed as it comes."""
    rows: list[Row] = []

    def add(new: Row) -> None:
        rows.append(new)
        ratio = "" if new["ratio"] is None else f"   {new['ratio']} × {new['baseline']}"
        print(f"{new['name']:58} {new['value']:>14} {new['unit']}{ratio}", flush=True)

    ours, theirs = kernel.in_turns(kernel.our_messages, kernel.simpys_messages)
    add(row("kernel: messages between parts, against simpy", ours, "events/s", theirs))
    ours, theirs = kernel.in_turns(kernel.our_timers, kernel.simpys_timers)
    add(row("kernel: bare timers, against simpy", ours, "events/s", theirs))
    rest = in_a_process("rest")
    add(row("lesson's cluster at rest: wall per virtual second", rest["seconds"] / rest["virtual"], "s/s"))
    add(row("lesson's cluster at rest: virtual per wall second", rest["virtual"] / rest["seconds"], "s/s", 1.0))
    rates = []
    for nodes, pods in ((100, 3_000), (1_000, 30_000)):
        made = in_a_process(str(nodes), str(pods))
        rates.append(pods / made["seconds"])
        add(row(f"Deployment to Running, {nodes} nodes, {pods} pods", rates[-1], "pods/s"))
        add(row(f"… events, {nodes} nodes, {pods} pods", made["events"] / made["seconds"], "events/s"))
        add(row(f"… peak memory, {nodes} nodes, {pods} pods", made["megabytes"], "MB"))
    add(row("pods/s at 1,000 nodes against 100 nodes", rates[1], "pods/s", rates[0]))
    return rows


if __name__ == "__main__":
    results = measure()
    with open("bench.json", "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
    print("written to bench.json")
