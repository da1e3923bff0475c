"""The horizontal pod autoscaler: every 15 s, as many pods as the metrics ask for.

It reads the target's scale and each metric from the API server (scaling_metrics.py), computes what they ask for
(replica_calculator.py), steadies and bounds that (scaling_rules.py), and sets the scale. The metric that asks for most
counts; one that says nothing keeps the number from falling. What it sees and why it does nothing stands in its
conditions AbleToScale, ScalingActive and ScalingLimited.

Source: kubernetes pkg/controller/podautoscaler/horizontal.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cluster_sim.api import meta, resources, selectors
from cluster_sim.api.conditions import set_condition
from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.client.controller_host import ControllerHost
from cluster_sim.controllers import scaling_metrics, scaling_rules
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.refusals import message_of
from cluster_sim.controllers.replica_calculator import MetricError, Tolerance
from cluster_sim.kernel import DETAIL, SECOND
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "hpa.rescale": "Autoscaler {hpa} sets {target} from {from} to {to} pods: {why}",
    "hpa.status": "Autoscaler {hpa} writes down what it sees",
}, file="cluster_sim/controllers/horizontal_pod_autoscaler.py")

PERIOD = 15 * SECOND
KEPT = 3_600 * SECOND


class HorizontalPodAutoscalerController(Controller):
    """HorizontalPodAutoscalers."""

    name = "horizontal-pod-autoscaler"
    account = "horizontal-pod-autoscaler"
    watches = ("horizontalpodautoscalers", "pods")
    reads = ("pods",)

    def __init__(self, process: ControllerHost) -> None:
        super().__init__(process)
        self.memory: dict[str, Any] = self.state.setdefault("memory", {})  # key → recommendations, ups, downs

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """An autoscaler that came or whose spec changed; then the clock."""
        if resource == "pods":
            return ()
        if new is None:
            self.memory.pop(meta.key(old or {}), None)
            return ()
        return (meta.key(new),) if old is None or old["spec"] != new["spec"] else ()

    def sync(self, key: str, span: int) -> None:
        """Ask for the target's scale."""
        autoscaler = self.lister("horizontalpodautoscalers").get(key)
        if autoscaler is None:
            return
        self.requeue(key, PERIOD)
        ref = autoscaler["spec"]["scaleTargetRef"]
        kind = resources.by_kind(ref.get("apiVersion", "v1"), ref["kind"])
        if kind is None or "scale" not in kind.subresources:
            self.cannot_scale(autoscaler, f'no matches for kind "{ref["kind"]}" in group "{ref.get("apiVersion", "")}"')
            return
        path = resources.path(kind, meta.namespace(autoscaler), ref["name"], "scale")
        self._write("GET", path, None, then="scale", data={"path": path})

    def failed(self, key: str, answers: list[Answer]) -> bool:
        """The next look is 15 s away anyway."""
        return False

    def after(self, key: str, answers: list[Answer], span: int) -> None:
        """With the scale, ask for the metrics; with those, decide; after rescaling, the status."""
        autoscaler = self.lister("horizontalpodautoscalers").get(key)
        step, data, status, body = answers[0]
        if autoscaler is None:
            return
        if step == "scale" and status != 200:
            self.cannot_scale(autoscaler, message_of(body))
        elif step == "scale":
            self.consider(autoscaler, data["path"], body)
        elif step == "metric":
            self.weigh(autoscaler, {answer[1]["index"]: (answer[2], answer[3]) for answer in answers})
        elif step == "rescaled":
            self.rescaled(autoscaler, data, status, body)

    def consider(self, autoscaler: Object, path: str, scale: Object) -> None:
        """What needs no metrics: a target at 0, above the maximum or below the minimum, one without a selector."""
        spec, current = autoscaler["spec"], scale["spec"].get("replicas", 0)
        least, most = spec.get("minReplicas", 1), spec["maxReplicas"]
        status = self.able(autoscaler, "True", "SucceededGetScale",
                           "the HPA controller was able to get the target's current scale")
        status = {**status, "currentReplicas": current,
                  "desiredReplicas": (autoscaler.get("status") or {}).get("desiredReplicas", 0)}
        selector = (scale.get("status") or {}).get("selector", "")
        held = (scale.get("status") or {}).get("replicas", 0)
        seen = {"path": path, "scale": scale, "current": current, "held": held, "status": status, "selector": selector}
        if current == 0 and least != 0:
            status = self.condition(status, "ScalingActive", "False", "ScalingDisabled",
                                    "scaling is disabled since the replica count of the target is zero")
            self.write(autoscaler, {**status, "desiredReplicas": 0})
        elif current > most:
            self.rescale(autoscaler, seen, status, most, "Current number of replicas above Spec.MaxReplicas")
        elif current < least:
            self.rescale(autoscaler, seen, status, least, "Current number of replicas below Spec.MinReplicas")
        elif not selector:
            self.event(autoscaler, "Warning", "SelectorRequired", "selector is required")
            status = self.condition(status, "ScalingActive", "False", "InvalidSelector",
                                    "the HPA target's scale is missing a selector")
            self.fail(autoscaler, status, "selector is required")
        else:
            self.memory.setdefault(meta.key(autoscaler), {"recommended": [], "up": [], "down": []})["seen"] = seen
            for index, metric in enumerate(metrics_of(autoscaler)):
                self._write("GET", scaling_metrics.path_of(metric, meta.namespace(autoscaler), selector), None, then="metric",
                            data={"index": index})

    def weigh(self, autoscaler: Object, answers: dict[int, tuple[int, Any]]) -> None:
        """What each metric asks for; the largest counts, and one that fails does not let the number fall."""
        seen = self.memory[meta.key(autoscaler)].pop("seen")
        status, current, reports = seen["status"], seen["current"], []
        wanted, title, failures = 0, "", []
        metrics = metrics_of(autoscaler)
        for index, metric in enumerate(metrics):
            try:
                number, report = scaling_metrics.evaluate(metric, *answers[index], self.scene(autoscaler, seen))
            except MetricError as error:
                reason = scaling_metrics.REASONS[metric["type"]]
                self.event(autoscaler, "Warning", reason, str(error))
                failures.append((reason, str(error)))
                continue
            reports.append(report)
            if wanted == 0 or number > wanted:
                wanted, title = number, scaling_metrics.title(metric)
        status = {**status, "currentMetrics": reports} if reports else {
            field: value for field, value in status.items() if field != "currentMetrics"}
        if failures and (len(failures) == len(metrics) or wanted < current):
            why = f"the HPA was unable to compute the replica count: {failures[0][1]}"
            status = self.condition(status, "ScalingActive", "False", failures[0][0], why)
            self.fail(autoscaler, status, f"invalid metrics ({len(failures)} invalid out of {len(metrics)}), first error is: "
                                          f"{failures[0][1]}")
            return
        status = self.condition(status, "ScalingActive", "True", "ValidMetricFound", (
            f"the HPA was able to successfully calculate a replica count from {title}"))
        self.settle(autoscaler, seen, status, wanted, title)

    def scene(self, autoscaler: Object, seen: Object) -> scaling_metrics.Scene:
        """The pods of the target, and how much difference matters."""
        chosen = selectors.parse_label_selector(seen["selector"])
        mine = [pod for pod in self.lister("pods").list(meta.namespace(autoscaler))
                if selectors.matches_requirements(chosen, meta.labels(pod))]
        ways = [scaling_rules.tolerance_of(autoscaler, way) for way in ("scaleDown", "scaleUp")]
        return scaling_metrics.Scene(meta.namespace(autoscaler), seen["selector"], seen["current"], seen["held"],
                                     sorted(mine, key=meta.name), self.kernel.epoch + self.now, Tolerance(*ways))

    def settle(self, autoscaler: Object, seen: Object, status: Object, wanted: int, title: str) -> None:
        """Steady, keep within policies and bounds, and set the scale if it differs."""
        memory, current = self.memory[meta.key(autoscaler)], seen["current"]
        past = [one for one in memory["recommended"] if one[0] > self.now - KEPT]
        calm, able = scaling_rules.steady(autoscaler, current, wanted, past, self.now)
        memory["recommended"] = [*past, [self.now, wanted]]
        status = self.condition(status, "AbleToScale", "True", *able)
        bounded, *limited = scaling_rules.bounded(autoscaler, current, calm, memory, self.now)
        status = self.condition(status, "ScalingLimited", "False" if bounded == calm else "True", *limited)
        if bounded == current:
            self.write(autoscaler, {**status, "desiredReplicas": current})
            return
        why = f"{title} above target" if wanted > current else "All metrics below target" if wanted < current else ""
        self.rescale(autoscaler, seen, status, bounded, why)

    def rescale(self, autoscaler: Object, seen: Object, status: Object, to: int, why: str) -> None:
        """Set the target's scale."""
        target, current = autoscaler["spec"]["scaleTargetRef"]["name"], seen["current"]
        told = {"hpa": meta.name(autoscaler), "target": target, "from": current, "to": to, "why": why}
        scale = meta.with_metadata({**seen["scale"], "spec": {**seen["scale"]["spec"], "replicas": to}}, resourceVersion=None)
        self._write("PUT", seen["path"], scale, then="rescaled",
                    data={"from": current, "to": to, "why": why, "status": status}, subject=target, phrase="hpa.rescale",
                    args=told, detail={"rule": "desired = ceil(ratio × ready pods)", "from": current, "to": to})

    def rescaled(self, autoscaler: Object, data: Object, code: int, body: Any) -> None:
        """The scale was set, or refused; the change counts against the policies of behavior."""
        status, to = data["status"], data["to"]
        if code != 200:
            error = message_of(body)
            self.event(autoscaler, "Warning", "FailedRescale", f"New size: {to}; reason: {data['why']}; error: {error}")
            self.write(autoscaler, self.condition(status, "AbleToScale", "False", "FailedUpdateScale", (
                f"the HPA controller was unable to update the target scale: {error}")))
            return
        self.event(autoscaler, "Normal", "SuccessfulRescale", f"New size: {to}; reason: {data['why']}")
        if autoscaler["spec"].get("behavior"):
            memory = self.memory.setdefault(meta.key(autoscaler), {"recommended": [], "up": [], "down": []})
            way = "up" if to > data["from"] else "down"
            memory[way] = [*(one for one in memory[way] if one[0] > self.now - KEPT), [self.now, abs(to - data["from"])]]
        status = self.condition(status, "AbleToScale", "True", "SucceededRescale",
                                f"the HPA controller was able to update the target scale to {to}")
        self.write(autoscaler, {**status, "desiredReplicas": to, "lastScaleTime": self.kernel.timestamp()})

    def fail(self, autoscaler: Object, status: Object, error: str) -> None:
        """Nothing can be computed: say so, and change nothing."""
        self.write(autoscaler, status)
        self.event(autoscaler, "Warning", "FailedComputeMetricsReplicas", error)

    def cannot_scale(self, autoscaler: Object, error: str) -> None:
        """The target is not there, or has no scale."""
        self.event(autoscaler, "Warning", "FailedGetScale", error)
        self.write(autoscaler, self.able(autoscaler, "False", "FailedGetScale", (
            f"the HPA controller was unable to get the target's current scale: {error}")))

    def able(self, autoscaler: Object, value: str, reason: str, message: str) -> Object:
        """The present status with the condition AbleToScale."""
        return self.condition(autoscaler.get("status") or {}, "AbleToScale", value, reason, message)

    def condition(self, status: Object, kind: str, value: str, reason: str, message: str) -> Object:
        """A status with this condition."""
        stamp = self.kernel.timestamp()
        return {**status, "conditions": set_condition(status.get("conditions"), kind, value, reason, message, stamp)}

    def write(self, autoscaler: Object, status: Object) -> None:
        """The status, if it changed."""
        if status != (autoscaler.get("status") or {}):
            self.update_status("horizontalpodautoscalers", {**autoscaler, "status": status}, then="status",
                               subject=meta.name(autoscaler), phrase="hpa.status", args={"hpa": meta.name(autoscaler)},
                               level=DETAIL)


def metrics_of(autoscaler: Object) -> list[Object]:
    """spec.metrics."""
    found: list[Object] = autoscaler["spec"].get("metrics") or []
    return found
