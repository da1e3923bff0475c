"""`python -m tests.bench`: measure, print, and write bench.json, a list of {name, value, unit, baseline, ratio}.

Ratios are taken within this one run. Nothing here fails a test: a busy machine is no defect of the code.
"""

from __future__ import annotations

import json
import math
import os
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


def in_a_process(*arguments: str, module: str = "pods") -> dict[str, Any]:
    """A measurement of a module of this package, in a process of its own."""
    command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure() -> list[Row]:
    """Everything, in order; each row is printed as it comes."""
    rows: list[Row] = []

    def add(new: Row) -> None:
        rows.append(new)
        ratio = "" if new["ratio"] is None else f"   {new['ratio']} × {new['baseline']}"
        print(f"{new['name']:70} {new['value']:>14} {new['unit']}{ratio}", flush=True)

    ours, theirs = kernel.in_turns(kernel.our_messages, kernel.simpys_messages)
    add(row("kernel: messages between parts, against simpy", ours, "events/s", theirs))
    ours, theirs = kernel.in_turns(kernel.our_timers, kernel.simpys_timers)
    add(row("kernel: bare timers, against simpy", ours, "events/s", theirs))
    rest = in_a_process("rest")
    add(row("lesson's cluster at rest: wall per virtual second", rest["seconds"] / rest["virtual"], "s/s"))
    add(row("lesson's cluster at rest: virtual per wall second", rest["virtual"] / rest["seconds"], "s/s", 1.0))
    taught = in_a_process(module="teaching")
    add(row("three control planes, five workers: virtual per second (wanted: 1,000)", taught["virtual"] / taught["seconds"], "s/s",
            1_000.0))
    add(row("… snapshot plus restore (wanted: at most 20)", taught["snapshot"] + taught["restore"], "ms", 20.0))
    few = in_a_process("50", "1000")
    add(row("1,000 pods onto 50 nodes (wanted: at most 100)", 1e3 * few["seconds"], "ms", 100.0))
    for kind, text in (("plain", "pods of a Deployment"), ("all", "pods with a claim on every plugin")):
        decided = in_a_process(kind, module="scheduling")
        add(row(f"scheduler, 5,000 nodes, {text} (upstream's least: 270)", decided["decisions"] / decided["seconds"],
                "decisions/s", 270.0))
    rates, times = [], []
    sizes = [(100, 3_000), (1_000, 30_000)] + ([(5_000, 150_000)] if os.environ.get("BENCH_BIG") else [])
    for nodes, pods in sizes:
        made = in_a_process(str(nodes), str(pods))
        rates.append(pods / made["seconds"])
        times.append(made["seconds"])
        add(row(f"Deployment to Running, {nodes} nodes, {pods} pods", rates[-1], "pods/s"))
        add(row(f"… events, {nodes} nodes, {pods} pods", made["events"] / made["seconds"], "events/s"))
        add(row(f"… peak memory, {nodes} nodes, {pods} pods", made["megabytes"], "MB"))
    add(row("pods/s at 1,000 nodes against 100 nodes", rates[1], "pods/s", rates[0]))
    add(row("pods/s at most nodes (wanted: 8,000)", rates[-1], "pods/s", 8_000.0))
    frames = in_a_process(module="frame")
    bare, stage = frames["bare"], frames["stage"]
    add(row("frame in Chromium, 200 pods, 50 changes/s: main thread, against a bare renderer (wanted: at most 1.3)",
            stage["TaskDuration"], "ms", bare["TaskDuration"]))
    add(row("… of that script", stage["ScriptDuration"], "ms", bare["ScriptDuration"]))
    add(row("… tasks over 50 ms (wanted: 0)", stage["over_50_ms"], ""))
    growth = math.log(times[-1] / times[0]) / math.log(sizes[-1][1] / sizes[0][1])
    add(row("growth exponent of the time from 100 nodes (wanted: at most 1.15)", growth, "", 1.15))
    return rows


if __name__ == "__main__":
    results = measure()
    with open("bench.json", "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
    print("written to bench.json")
