"""The disruption controller: how many pods of a budget may be evicted now.

It counts for each PodDisruptionBudget how many pods there should be (asking their controllers), how many are healthy,
and writes the difference into the status. The API server's eviction subresource only reads that number, and counts it
down itself, so that two evictions at once cannot both take the last one.

Source: kubernetes pkg/controller/disruption/disruption.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta, resources, selectors
from cluster_sim.api.conditions import set_condition
from cluster_sim.client import STRATEGIC_MERGE_PATCH, Controller
from cluster_sim.controllers import pods
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.rolling_update import resolve
from cluster_sim.kernel import DETAIL, SECOND, timestamps
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "disruption.status": "Disruption controller counts {healthy} healthy pods for {budget}, {desired} must stay: "
                         "{allowed} may go",
    "disruption.stale": "Disruption controller takes back that {pod} would be disrupted: nobody deleted it",
}, file="cluster_sim/controllers/disruption.py")

DELETION_TIMEOUT = 120 * SECOND  # an evicted pod that is still there by then counts as healthy again
SCALED = {"ReplicaSet": "replicasets", "Deployment": "deployments", "StatefulSet": "statefulsets",
          "ReplicationController": "replicationcontrollers"}


STALE = "pod|"  # before a pod's key


class UnknownScale(ValueError):
    """A controller that does not say how many pods it wants."""


def why_no_scale(pod: Object) -> str:
    """In upstream's words: the pod's controller has no size, or is not there."""
    owner = meta.controller_of(pod) or {}
    kind = resources.by_kind(owner.get("apiVersion", ""), owner.get("kind", ""))
    if kind is not None and "scale" not in kind.subresources:
        return f"{kind.group_resource} does not implement the scale subresource"
    return f'found no controllers for pod "{meta.name(pod)}"'


def stale_since(pod: Object) -> int | None:
    """Since when it is said to be disrupted though it is not being deleted; in µs since 1970. A kubelet may take longer."""
    found = pods.condition(pod, "DisruptionTarget")
    if (found is None or found["status"] != "True" or found.get("reason") == "TerminationByKubelet" or meta.is_deleting(pod)
            or pods.is_terminal(pod)):
        return None
    return timestamps.parse(found["lastTransitionTime"])


def go_selector(selector: Object | None) -> str:
    """The selector as Go prints the struct, in an Event's message."""
    labels = "".join(f"{key}: {value}," for key, value in sorted(((selector or {}).get("matchLabels") or {}).items()))
    return (f"&LabelSelector{{MatchLabels:map[string]string{{{labels}}},"
            "MatchExpressions:[]LabelSelectorRequirement{},}")


def desired_healthy(budget: Object, expected: int) -> int:
    """How many must stay; percentages round up."""
    spec = budget["spec"]
    if spec.get("maxUnavailable") is not None:
        return max(0, expected - resolve(spec["maxUnavailable"], expected, round_up=True))
    return resolve(spec.get("minAvailable", 1), expected, round_up=True)


class DisruptionController(Controller):
    """Statuses of PodDisruptionBudgets."""

    name = "disruption"
    account = "disruption-controller"
    watches = ("poddisruptionbudgets", "pods", "replicasets", "deployments", "statefulsets", "replicationcontrollers")

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A budget; for a pod or its controller the budgets of the namespace that select it."""
        budgets = self.lister("poddisruptionbudgets")
        obj = new or old
        if resource == "poddisruptionbudgets" or obj is None or not budgets.objects:
            return super().keys(resource, old, new) if resource == "poddisruptionbudgets" else ()
        namespace = meta.namespace(obj)
        if resource == "pods":
            stale = [f"{STALE}{meta.key(new)}"] if new is not None and stale_since(new) is not None else []
            labels = [meta.labels(one) for one in (old, new) if one is not None]
            return stale + [meta.key(budget) for budget in budgets.list(namespace)
                            if any(selectors.matches(budget["spec"].get("selector"), one) for one in labels)]
        if old is not None and new is not None and old["spec"].get("replicas") == new["spec"].get("replicas"):
            return ()
        return [meta.key(budget) for budget in budgets.list(namespace)]

    def sync(self, key: str, span: int) -> None:
        """Count and write; or take back what was said of a pod that stays."""
        if key.startswith(STALE):
            self.take_back(key, self.lister("pods").get(key.removeprefix(STALE)))
            return
        budget = self.lister("poddisruptionbudgets").get(key)
        if budget is None:
            return
        selector = budget["spec"].get("selector")
        mine = [pod for pod in self.lister("pods").list(meta.namespace(budget))
                if selectors.matches(selector, meta.labels(pod)) and not pods.is_terminal(pod)]
        if not mine:
            self.event(budget, "Normal", "NoPods", "No matching pods found")
        try:
            expected, unmanaged = self.expected(budget, mine)
        except UnknownScale as error:
            self.event(budget, "Warning", "CalculateExpectedPodCountFailed",
                       f"Failed to calculate the number of expected pods: {error}")
            self.fail(budget, str(error))
            return
        if unmanaged:
            self.event(budget, "Warning", "UnmanagedPods", (
                f"Pods selected by this PodDisruptionBudget (selector: {go_selector(selector)}) were found to be "
                "unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in "
                'undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an '
                "integer value."))
        disrupted = self.disrupted(budget, mine)
        healthy = sum(1 for pod in mine if pods.is_ready(pod) and not meta.is_deleting(pod)
                      and meta.name(pod) not in disrupted)
        self.write(budget, expected, healthy, desired_healthy(budget, expected), disrupted)

    def expected(self, budget: Object, mine: list[Object]) -> tuple[int, bool]:
        """(how many pods there should be, whether some belong to nobody who says)."""
        spec = budget["spec"]
        if spec.get("maxUnavailable") is None and not isinstance(spec.get("minAvailable"), str):
            return len(mine), False
        owners: dict[str, int] = {}
        unmanaged = False
        for pod in mine:
            owner = self.scale_of(pod)
            if owner is not None:
                owners[meta.uid(owner)] = owner["spec"].get("replicas", 1)
            elif meta.controller_of(pod) is None:
                unmanaged = True
            else:
                raise UnknownScale(why_no_scale(pod))
        return sum(owners.values()), unmanaged

    def scale_of(self, obj: Object) -> Object | None:
        """The topmost controller that has a size: a Deployment rather than its ReplicaSet."""
        owner = meta.controller_of(obj)
        resource = SCALED.get(owner["kind"]) if owner else None
        if owner is None or resource is None:
            return None
        found = self.lister(resource).get(f"{meta.namespace(obj)}/{owner['name']}")
        if found is None or meta.uid(found) != owner["uid"]:
            return None
        return self.scale_of(found) or found

    def fail(self, budget: Object, message: str) -> None:
        """Nobody may be evicted while that cannot be computed."""
        old = budget.get("status") or {}
        conditions = set_condition(old.get("conditions"), "DisruptionAllowed", "False", "SyncFailed", message,
                                   self.kernel.timestamp(), observedGeneration=meta.generation(budget))
        status = {**old, "observedGeneration": meta.generation(budget), "disruptionsAllowed": 0, "conditions": conditions}
        if status != old:
            self.update_status("poddisruptionbudgets", {**budget, "status": status}, subject=meta.name(budget))

    def take_back(self, key: str, pod: Object | None) -> None:
        """A pod was to be disrupted, but two minutes later it is not even being deleted: it stays."""
        since = stale_since(pod) if pod is not None else None
        if pod is None or since is None:
            return
        left = since + DELETION_TIMEOUT - self.kernel.epoch - self.now
        if left > 0:
            self.requeue(key, left)
            return
        condition = {"type": "DisruptionTarget", "status": "False", "reason": None, "message": None,
                     "lastTransitionTime": self.kernel.timestamp()}
        self.patch("pods", pod, {"status": {"conditions": [condition]}}, subresource="status",
                   content_type=STRATEGIC_MERGE_PATCH, subject=meta.name(pod), phrase="disruption.stale",
                   args={"pod": meta.name(pod)})

    def disrupted(self, budget: Object, mine: list[Object]) -> dict[str, str]:
        """Pods whose eviction was granted and whose deletion is not seen yet; forgotten after two minutes."""
        kept: dict[str, str] = {}
        alive = {meta.name(pod) for pod in mine if not meta.is_deleting(pod)}
        now = self.kernel.epoch + self.now
        for name, since in ((budget.get("status") or {}).get("disruptedPods") or {}).items():
            left = timestamps.parse(since) + DELETION_TIMEOUT - now
            if name in alive and left > 0:
                kept[name] = since
                self.requeue(meta.key(budget), left)
        return kept

    def write(self, budget: Object, expected: int, healthy: int, desired: int, disrupted: dict[str, str]) -> None:
        """The status, if it changed."""
        old, generation = budget.get("status") or {}, meta.generation(budget)
        allowed = max(0, healthy - desired) if expected else 0
        condition = set_condition(
            old.get("conditions"), "DisruptionAllowed", "True" if allowed else "False",
            "SufficientPods" if allowed else "InsufficientPods", "", self.kernel.timestamp(),
            observedGeneration=generation)
        conditions = [{"message": "", **one} for one in condition]
        status: Object = {"observedGeneration": generation, "disruptionsAllowed": allowed, "currentHealthy": healthy,
                          "desiredHealthy": desired, "expectedPods": expected, "conditions": conditions}
        if disrupted:
            status["disruptedPods"] = disrupted
        if status != old:
            self.update_status("poddisruptionbudgets", {**budget, "status": status}, subject=meta.name(budget),
                               phrase="disruption.status", level=DETAIL, args={
                                   "budget": meta.name(budget), "healthy": healthy, "desired": desired,
                                   "allowed": allowed})
