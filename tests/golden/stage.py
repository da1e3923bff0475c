"""One opened, quiet cluster; each case gets a fork of it, which costs next to nothing.

The cluster is the recordings' own (README.md, Precondition): a managed control plane, no nodes, no add-ons.
"""

from __future__ import annotations

import json
import signal
import time
from functools import cache
from pathlib import Path
from typing import Any

from cluster_sim import Cluster
from tests.golden import compare

HERE = Path(__file__).parent
PASSING = HERE / "passing.txt"
SCENE = {
    "apiVersion": "podium.dev/v1",
    "kind": "Scene",
    "spec": {"controlPlanes": 1, "managedControlPlane": True, "workers": 0, "addons": []},
}
QUIET = 30  # virtual seconds in which the control plane comes to rest
STEP = 0.25  # how often a waiting case looks
PATIENCE = 60  # real seconds: a case takes far less than one; longer, and something goes round in circles


def cases() -> list[dict[str, Any]]:
    """Every recorded case, by area."""
    return [json.loads(line) for file in sorted((HERE / "cases").glob("*.jsonl")) for line in file.open() if line.strip()]


def passing() -> list[str]:
    """The cases that hold. The list may only grow."""
    return [line for line in PASSING.read_text().split() if line] if PASSING.exists() else []


@cache
def base() -> Cluster:
    """The cluster every case starts from."""
    cluster = Cluster.open(SCENE, seed=1)
    cluster.advance(QUIET)
    return cluster


def check(case: dict[str, Any]) -> list[str]:
    """The differences between what this cluster and the real one answered; empty is good."""
    cluster = base().fork()

    def request(verb: str, path: str, body: Any, user: str | None, content_type: str | None) -> tuple[int, Any]:
        if verb == "GET" and content_type:  # recorded as the media type asked for
            response = cluster.request(verb, path, body, user=user or "admin", headers={"Accept": content_type})
        else:
            response = cluster.request(verb, path, body, user=user or "admin", content_type=content_type)
        return response.status, response.body

    def wait(seconds: float, done: Any) -> None:
        end = cluster.now + seconds
        while not done() and cluster.now < end:
            cluster.advance(min(STEP, end - cluster.now))

    differences: list[str] = compare.check(case, request, wait)
    return differences


def _out_of_patience(*_: object) -> None:
    raise TimeoutError(f"no answer in {PATIENCE} s")


def outcome(case: dict[str, Any]) -> tuple[str, str, list[str], float]:
    """(area, id, differences, seconds) of one case; an exception is a difference."""
    started = time.perf_counter()
    signal.signal(signal.SIGALRM, _out_of_patience)
    signal.alarm(PATIENCE)
    try:
        wrong = check(case)
    except Exception as error:
        wrong = [f"{type(error).__name__}: {error} (at {where(error)})"]
    finally:
        signal.alarm(0)
    return case["area"], case["id"], wrong, time.perf_counter() - started


def where(error: BaseException) -> str:
    """The innermost line of the traceback."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
