"""A pod's containers: what each does now, how often it was restarted and how it ended last, and what it printed."""

from dataclasses import dataclass
from typing import Any

LINES = 30


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a pod."""

    name: str
    image: str
    words: str
    good: str  # '1', '0' or ''
    restarts: int
    last: str
    log: str
    typed: str


def containers(cluster: Any, pod: Any) -> tuple[Container, ...]:
    """Init containers first, as they run."""
    status, found = pod.get("status", {}), []
    rows = {row["name"]: row for row in (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ()))}
    where = "" if pod["metadata"]["namespace"] == "default" else f" -n {pod['metadata']['namespace']}"
    for spec in (*pod["spec"].get("initContainers", ()), *pod["spec"].get("containers", ())):
        row = rows.get(spec["name"], {})
        words, good = _state(row.get("state") or {}, bool(row.get("ready")))
        ended = (row.get("lastState") or {}).get("terminated")
        last = f"before: {ended.get('reason', 'ended')}, exit code {ended.get('exitCode', '?')}" if ended else ""
        log = cluster.logs(pod["metadata"]["uid"], spec["name"], LINES) or ""
        found.append(Container(spec["name"], spec.get("image", ""), words, good, row.get("restartCount", 0), last, log,
                               f"kubectl logs {pod['metadata']['name']} -c {spec['name']}{where}"))
    return tuple(found)


def _state(state: Any, ready: bool) -> tuple[str, str]:
    if "running" in state:
        return ("Running, ready" if ready else "Running, not ready"), "1" if ready else ""
    if "terminated" in state:
        ended = state["terminated"]
        code = ended.get("exitCode", 0)
        return f"Ended: {ended.get('reason', '')}, exit code {code}", "0" if code else "1"
    reason = (state.get("waiting") or {}).get("reason", "not made yet")
    return f"Waiting: {reason}", "0" if "BackOff" in reason or "Err" in reason else ""
