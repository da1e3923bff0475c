"""Probes: is a container started, ready, alive? Asked each period; what counts is the same answer several times.

Readiness decides whether the pod gets traffic, liveness and startup whether the container is restarted; while a
startup probe has not passed, the others wait. Every failure is an Event, the state changes only at the threshold.
Source: kubernetes pkg/kubelet/prober (worker.go, prober.go). A readiness probe of a container that is not ready yet
is also asked at each other probe's result upstream; ours keeps to its period.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.kernel import BACKGROUND, SECOND, STORY
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import pod_worker

if TYPE_CHECKING:
    from cluster_sim.node.kubelet import Kubelet

register_phrases({
    "kubelet.ready": "Container {container} of {pod} answers its readiness probe: it may get traffic",
    "kubelet.unready": "Container {container} of {pod} fails its readiness probe {count} times: no more traffic for it",
    "kubelet.probe": "kubelet on {node} asks container {container}: its {kind} probe",
    "kubelet.startup": "Container {container} of {pod} has started up: the other probes begin",
    "kubelet.not-alive": "Container {container} of {pod} fails its {kind} probe {count} times: kubelet restarts it",
}, file="cluster_sim/node/probes.py")

Object = dict[str, Any]
KINDS = ("startup", "readiness", "liveness")
DEFAULTS = {"initialDelaySeconds": 0, "periodSeconds": 10, "timeoutSeconds": 1, "failureThreshold": 3,
            "successThreshold": 1}


class Probes:
    """Works on the kubelet's workers."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.kernel = kubelet.kernel

    def begin(self, worker: Object, container: Object) -> None:
        """The container has started: its probes begin after their delay (and not all at the same moment)."""
        for kind in KINDS:
            if pod_worker.has_probe(container, kind):
                delay = settings(container, kind)["initialDelaySeconds"] * SECOND
                number = worker["containers"][container["name"]]["id"]
                self.kernel.timer(self.kubelet.part, max(delay, SECOND // 2), "probe",
                                  [worker["uid"], container["name"], number, kind], background=True)

    def due(self, which: list[str], span: int) -> None:
        """Time for a probe: ask, unless the container is another one by now."""
        uid, name, number, kind = which
        worker = self.kubelet.workers.get(uid)
        pod = self.kubelet.pod_of(worker) if worker else None
        row = worker["containers"].get(name) if worker else None
        if worker is None or pod is None or row is None or row["state"] != "running" or row["id"] != number:
            return
        if (worker["stopping"] and kind != "readiness") or (kind == "startup" and row["started_ok"]):
            return
        container = pod_worker.container_spec(pod, name)
        probe = settings(container, kind)
        self.kernel.tell(span, "kubelet.probe", {"node": self.kubelet.node, "container": name, "kind": kind})
        self.kernel.timer(self.kubelet.part, probe["periodSeconds"] * SECOND, "probe", which, background=True)
        if (kind == "startup" or row["started_ok"]) and row["asked"] is None:
            ports = {port["name"]: port["containerPort"] for port in container.get("ports") or () if "name" in port}
            self.kubelet.runtime("Probe", {"container": number, "probe": probe, "ports": ports}, "probed", uid,
                                 f"{name} {kind}", span, level=BACKGROUND, subject=f"{kind} probe of {name}")

    def on_probed(self, pod: Object, worker: Object, what: str, answer: Object, span: int) -> None:
        """A probe's result counts once it came often enough in a row."""
        name, _, kind = what.partition(" ")
        container, row = pod_worker.container_spec(pod, name), worker["containers"][name]
        if row["state"] != "running" or row["asked"] is not None:
            return
        probe, before = settings(container, kind), row.get(kind, 0)
        streak = max(1, before + 1) if answer["success"] else min(-1, before - 1)
        if not answer["success"]:
            self.kubelet.event(
                pod, "Warning", "Unhealthy", f"{kind.capitalize()} probe failed: {answer['output']}", span, container
            )
        good, bad = streak >= probe["successThreshold"], -streak >= probe["failureThreshold"]
        row = worker["containers"][name] = {**row, kind: max(-1000, min(streak, 1000))}
        args = {"container": name, "pod": pod["metadata"]["name"], "kind": kind, "count": -streak}
        if kind == "readiness" and (good or bad) and row["ready"] != good:
            worker["containers"][name] = {**row, "ready": good}
            self._changed(worker, "kubelet.ready" if good else "kubelet.unready", args, span)
        elif kind == "startup" and good:
            ready = not pod_worker.has_probe(container, "readiness")
            worker["containers"][name] = {**row, "started_ok": True, "ready": ready}
            span = self._changed(worker, "kubelet.startup", args, span)
            self.kubelet.start_up.advance(pod, worker, span)
        elif kind != "readiness" and bad:
            span = self._tell("kubelet.not-alive", args, span)
            grace = probe.get("terminationGracePeriodSeconds")
            self.kubelet.ending.stop(
                pod, worker, name, grace, span, f"Container {name} failed {kind} probe, will be restarted"
            )

    def _changed(self, worker: Object, phrase: str, args: Object, span: int) -> int:
        span = self._tell(phrase, args, span)
        self.kubelet.report(worker, span)
        return span

    def _tell(self, phrase: str, args: Object, span: int) -> int:
        return self.kernel.work(
            self.kubelet.part, span, verb="probe", subject=args["container"], phrase=phrase, args=args, level=STORY
        )


def settings(container: Object, kind: str) -> Object:
    """The probe with its defaults."""
    return {**DEFAULTS, **container[f"{kind}Probe"]}
