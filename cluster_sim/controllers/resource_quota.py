"""The resource quota controller: how much of each quota is used.

Admission counts up when something is created; this controller counts anew when a quota changes, and when something it
may count goes, or a pod ends. (The real one also counts everything anew each 5 minutes.)

Source: kubernetes pkg/controller/resourcequota/resource_quota_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta, quantity, quota_usage, resources
from cluster_sim.client import Controller
from cluster_sim.controllers import pods
from cluster_sim.controllers.garbage_graph import monitored
from cluster_sim.controllers.pods import Object
from cluster_sim.kernel import DETAIL
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "quota.count": "Resource quota controller counts what {namespace} uses of {quota}",
}, file="cluster_sim/controllers/resource_quota.py")

COUNTED = tuple(name for name in monitored() if resources.resolve(name).namespaced)


def used_of(quota: Object, objects: Iterable[tuple[resources.Resource, Object]]) -> dict[str, str]:
    """status.used: every name of spec.hard with what the objects use."""
    total = dict.fromkeys(quota["spec"].get("hard") or {}, "0")
    for resource, obj in objects:
        total = quota_usage.add(total, quota_usage.counted_by(quota, resource, obj))
    return total


class ResourceQuotaController(Controller):
    """Statuses of ResourceQuotas."""

    name = "resourcequota"
    account = "resourcequota-controller"
    watches = COUNTED

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A quota whose spec changed; all quotas of a namespace in which something went, or counts otherwise than before."""
        quotas = self.lister("resourcequotas")
        obj = new or old
        if not quotas.objects or obj is None:
            return ()
        if resource == "resourcequotas":
            changed = new is not None and (old is None or old["spec"] != new["spec"])
            return (meta.key(obj),) if changed else ()
        recount = new is None or (old is not None and _counts_otherwise(resource, old, new))
        return [meta.key(quota) for quota in quotas.list(meta.namespace(obj))] if recount else ()

    def sync(self, key: str, span: int) -> None:
        """Count, and write if that differs."""
        quota = self.lister("resourcequotas").get(key)
        if quota is None or meta.is_deleting(quota):
            return
        namespace, hard = meta.namespace(quota), quota["spec"].get("hard") or {}
        objects = ((resources.resolve(name), obj) for name in COUNTED for obj in self.lister(name).list(namespace)
                   if _may_count(hard, name))
        used, old = used_of(quota, objects), quota.get("status") or {}
        same = old.get("hard") == hard and {*used} == {*old.get("used", {})} and all(
            quantity.compare(used[name], old["used"][name]) == 0 for name in used)
        if not same:
            self.update_status("resourcequotas", {**quota, "status": {**old, "hard": hard, "used": used}},
                               subject=meta.name(quota), phrase="quota.count", level=DETAIL,
                               args={"quota": meta.name(quota), "namespace": namespace})


def _counts_otherwise(resource: str, old: Object, new: Object) -> bool:
    """A pod has ended, a Service is of another type, a claim asks for another size (quota controller's UpdateFilter)."""
    if resource == "pods":
        return pods.is_terminal(new) and not pods.is_terminal(old)
    if resource == "services":
        return bool(old["spec"].get("type") != new["spec"].get("type"))
    return bool(resource == "persistentvolumeclaims" and old["spec"].get("resources") != new["spec"].get("resources"))


def _may_count(hard: dict[str, str], resource: str) -> bool:
    """Whether any name of spec.hard can be about this resource: else it need not be read."""
    found = resources.resolve(resource)
    if resource in ("pods", "services", "persistentvolumeclaims"):
        return True
    return f"count/{found.group_resource}" in hard or resource in hard
