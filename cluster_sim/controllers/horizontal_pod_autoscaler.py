"""The horizontal pod autoscaler: every 15 s, as many pods as the metrics ask for.

It reads the target's scale and its pods' usage from the API server, computes (scaling_rules.py), and sets the scale.
Shrinking waits: the highest recommendation of the last 300 s wins. Without usage it does nothing, and says why in its
conditions AbleToScale, ScalingActive and ScalingLimited.

Source: kubernetes pkg/controller/podautoscaler/horizontal.go. Here: Resource metrics (cpu, memory) of whole pods.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cluster_sim.api import meta, quantity, resources, selectors
from cluster_sim.api.conditions import set_condition
from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.client.controller_host import ControllerHost
from cluster_sim.controllers import pods, scaling_rules
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.refusals import message_of
from cluster_sim.kernel import DETAIL, SECOND
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "hpa.rescale": "Autoscaler {hpa} sets {target} from {from} to {to} pods: {why}",
    "hpa.status": "Autoscaler {hpa} writes down what it sees",
}, file="cluster_sim/controllers/horizontal_pod_autoscaler.py")

PERIOD = 15 * SECOND
METRICS = "/apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods?labelSelector={selector}"
KEPT = 3_600 * SECOND
NO_METRICS = ("failed to get {name} utilization: unable to get metrics for resource {name}: unable to fetch metrics "
              "from resource metrics API: {error}")


class HorizontalPodAutoscalerController(Controller):
    """HorizontalPodAutoscalers."""

    name = "horizontal-pod-autoscaler"
    account = "horizontal-pod-autoscaler"
    watches = ("horizontalpodautoscalers", "pods")

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
        """With the scale, ask for usage; with usage, decide; after rescaling, the status."""
        autoscaler = self.lister("horizontalpodautoscalers").get(key)
        step, data, status, body = answers[0]
        if autoscaler is None:
            return
        if step == "scale" and status != 200:
            self.cannot_scale(autoscaler, message_of(body))
        elif step == "scale":
            self.consider(autoscaler, data["path"], body)
        elif step == "usage":
            self.weigh(autoscaler, data, body if status == 200 else None, message_of(body))
        elif step == "rescaled" and status == 200:
            self.event(autoscaler, "Normal", "SuccessfulRescale", f"New size: {data['to']}; reason: {data['why']}")
            self.write(autoscaler, data["status"])

    def consider(self, autoscaler: Object, path: str, scale: Object) -> None:
        """What needs no metrics: a target at 0, above the maximum or below the minimum."""
        spec, current = autoscaler["spec"], scale["spec"].get("replicas", 0)
        least, most = spec.get("minReplicas", 1), spec["maxReplicas"]
        status = self.able(autoscaler, "True", "SucceededGetScale",
                           "the HPA controller was able to get the target's current scale")
        status = {**status, "currentReplicas": scale.get("status", {}).get("replicas", 0),
                  "desiredReplicas": (autoscaler.get("status") or {}).get("desiredReplicas", 0)}
        if current == 0 and least != 0:
            status = self.condition(status, "ScalingActive", "False", "ScalingDisabled",
                                    "scaling is disabled since the replica count of the target is zero")
            self.write(autoscaler, status)
        elif current > most:
            self.rescale(autoscaler, path, status, current, most, "Current number of replicas above Spec.MaxReplicas")
        elif current < least:
            self.rescale(autoscaler, path, status, current, least, "Current number of replicas below Spec.MinReplicas")
        else:
            data = {"path": path, "current": current, "status": status, "selector": scale["status"].get("selector", "")}
            self._write("GET", METRICS.format(namespace=meta.namespace(autoscaler),
                                              selector=data["selector"].replace("=", "%3D").replace(",", "%2C")),
                        None, then="usage", data=data)

    def weigh(self, autoscaler: Object, data: Object, found: Object | None, error: str) -> None:
        """What each metric asks for; the largest counts."""
        status, current, wishes = data["status"], data["current"], []
        samples = [one for one in (found or {}).get("items") or () if one.get("containers")]
        for metric in autoscaler["spec"].get("metrics") or ():
            if metric["type"] != "Resource":
                continue
            name, target = metric["resource"]["name"], metric["resource"]["target"]
            if not samples:
                why = NO_METRICS.format(name=name, error=error or "no metrics returned from resource metrics API")
                self.event(autoscaler, "Warning", "FailedGetResourceMetric", why)
                continue
            wishes.append((self.wish(autoscaler, data, samples, name, target), name))
        if not wishes:
            why = f"the HPA was unable to compute the replica count: {error or 'no metrics'}"
            self.event(autoscaler, "Warning", "FailedComputeMetricsReplicas", why)
            self.write(autoscaler, self.condition(status, "ScalingActive", "False", "FailedGetResourceMetric", why))
            return
        wanted, name = max(wishes)
        status = self.condition(status, "ScalingActive", "True", "ValidMetricFound", (
            "the HPA was able to successfully calculate a replica count from "
            f"{name} resource utilization (percentage of request)"))
        self.settle(autoscaler, data["path"], status, current, wanted, name)

    def wish(self, autoscaler: Object, data: Object, samples: list[Object], name: str, target: Object) -> int:
        """How many pods one metric asks for."""
        reqs = selectors.parse_label_selector(data["selector"])
        mine = {meta.name(pod): pod for pod in self.lister("pods").list(meta.namespace(autoscaler))
                if selectors.matches_requirements(reqs, meta.labels(pod)) and pods.is_active(pod)}
        usage = {meta.name(sample): sum(quantity.milli(one["usage"].get(name, "0")) for one in sample["containers"])
                 for sample in samples if meta.name(sample) in mine}
        requests = {pod_name: sum(quantity.milli(((one.get("resources") or {}).get("requests") or {}).get(name, "0"))
                                  for one in pod["spec"]["containers"]) for pod_name, pod in mine.items()}
        unready = sorted(pod_name for pod_name, pod in mine.items() if not pods.is_ready(pod))
        missing = sorted(pod_name for pod_name in mine if pod_name not in usage and pod_name not in unready)
        percent = target["type"] == "Utilization"
        aim = target["averageUtilization"] if percent else quantity.milli(target.get("averageValue", "0"))
        return scaling_rules.desired_replicas(data["current"], usage, requests, unready, missing, aim, percent)

    def settle(self, autoscaler: Object, path: str, status: Object, current: int, wanted: int, metric: str) -> None:
        """Stabilize, keep within policies and bounds, and set the scale if it differs."""
        memory = self.memory.setdefault(meta.key(autoscaler), {"recommended": [], "up": [], "down": []})
        earlier = [one for one in memory["recommended"] if one[0] > self.now - KEPT]
        memory["recommended"] = [*earlier, [self.now, wanted]]
        down, up = scaling_rules.rules_of(autoscaler, "scaleDown"), scaling_rules.rules_of(autoscaler, "scaleUp")
        window = self.now - down["stabilizationWindowSeconds"] * SECOND
        calm = wanted
        if wanted < current:
            calm = min(current, max(number for time, number in memory["recommended"] if time > window))
        able = ("ReadyForNewScale", "recommended size matches current size") if calm == wanted else (
            "ScaleDownStabilized",
            "recent recommendations were higher than current one, applying the highest recent recommendation")
        status = self.condition(status, "AbleToScale", "True", *able)
        fast = calm
        if calm > current:
            fast = min(calm, scaling_rules.limit(up, current, memory["up"], self.now, True))
        elif calm < current:
            fast = max(calm, scaling_rules.limit(down, current, memory["down"], self.now, False))
        bounded = max(autoscaler["spec"].get("minReplicas", 1), min(autoscaler["spec"]["maxReplicas"], fast))
        limited = ("False", "DesiredWithinRange", "the desired count is within the acceptable range")
        if bounded < calm:
            limited = ("True", "TooManyReplicas", "the desired replica count is more than the maximum replica count")
        elif bounded > calm:
            limited = ("True", "TooFewReplicas", "the desired replica count is less than the minimum replica count")
        status = self.condition(status, "ScalingLimited", *limited)
        if bounded == current:
            self.write(autoscaler, {**status, "desiredReplicas": current})
            return
        direction = "up" if bounded > current else "down"
        memory[direction] = [*(one for one in memory[direction] if one[0] > self.now - KEPT),
                             [self.now, abs(bounded - current)]]
        why = (f"{metric} resource utilization (percentage of request) above target" if direction == "up"
               else "All metrics below target")
        self.rescale(autoscaler, path, status, current, bounded, why)

    def rescale(self, autoscaler: Object, path: str, status: Object, current: int, to: int, why: str) -> None:
        """Set the target's scale."""
        status = self.condition(status, "AbleToScale", "True", "SucceededRescale",
                                f"the HPA controller was able to update the target scale to {to}")
        status = {**status, "desiredReplicas": to, "lastScaleTime": self.kernel.timestamp()}
        target = autoscaler["spec"]["scaleTargetRef"]["name"]
        told = {"hpa": meta.name(autoscaler), "target": target, "from": current, "to": to, "why": why}
        scale = {"apiVersion": "autoscaling/v1", "kind": "Scale", "spec": {"replicas": to},
                 "metadata": {"name": target, "namespace": meta.namespace(autoscaler)}}
        self._write("PUT", path, scale, then="rescaled",
                    data={"to": to, "why": why, "status": status}, subject=target, phrase="hpa.rescale", args=told,
                    detail={"rule": "desired = ceil(ratio × ready pods)", "from": current, "to": to})

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
