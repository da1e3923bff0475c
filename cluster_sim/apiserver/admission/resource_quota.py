"""ResourceQuota: what a namespace may use in all. Each new object is charged before it is stored.

The charge is a write of its own to the quota's status, with a compare, made before the object's: two requests at once
cannot both take the last place. If the object is not stored after all, the quota's controller finds out and corrects
the count, as it does when something is deleted.

Upstream: k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import quantity, quota_usage
from cluster_sim.apiserver import options
from cluster_sim.apiserver.admission.refusal import refusal
from cluster_sim.apiserver.object_meta import revision_of, without_revision
from cluster_sim.apiserver.outcome import put
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.watch_cache import REGISTRY

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

ON_UPDATE = ("services", "persistentvolumeclaims")
MUST_SPECIFY = ("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory")


def charge(server: APIServer, info: RequestInfo, new: Object, old: Object | None, call: Object) -> list[Object]:
    """The writes that charge a change to its namespace's quotas; raises ApiError 403."""
    if not info.namespace or not info.kind.namespaced or info.plural == "events":
        return []
    quotas = server.cache.list("resourcequotas", info.namespace)
    if not quotas or (old is not None and info.plural not in ON_UPDATE) or call.get("counted"):
        return []
    writes = []
    for quota in quotas:
        used = _used_after(info, quota, new, old)
        if used is not None and not options.dry_run(info):
            changed = without_revision({**quota, "status": {**quota["status"], "used": used}})
            key = f"{REGISTRY}resourcequotas/{info.namespace}/{quota['metadata']['name']}"
            writes.append(put(key, changed, revision_of(quota)))
    return writes


def _used_after(info: RequestInfo, quota: Object, new: Object, old: Object | None) -> dict[str, str] | None:
    """What the quota has used with the change; None if it has nothing to do with it."""
    if not quota_usage.falls_under(quota, info.kind, new):
        return None
    name, have = quota["metadata"]["name"], quota.get("status") or {}
    hard, used = have.get("hard") or {}, have.get("used") or {}
    asked = {key: amount for key, amount in quota_usage.usage(info.kind, new).items() if key in hard}
    if info.plural == "pods" and not info.group:
        missing = _unspecified(new["spec"], hard)
        if missing:
            raise refusal(info, new, f"failed quota: {name}: must specify {missing}")
    unknown = sorted(key for key in asked if key not in used)
    if unknown:
        raise refusal(info, new, f"status unknown for quota: {name}, resources: {','.join(unknown)}")
    if old is not None:
        before = quota_usage.usage(info.kind, old)
        asked = {key: quantity.subtract(amount, before.get(key, "0")) for key, amount in asked.items()}
    asked = {key: amount for key, amount in asked.items() if quantity.nano(amount) > 0}
    if not asked:
        return None
    after = {key: quantity.add(used[key], amount) for key, amount in asked.items()}
    over = sorted(key for key in asked if quantity.compare(after[key], hard[key]) > 0)
    if over:
        texts = (",".join(f"{key}={given[key]}" for key in over) for given in (asked, used, hard))
        requested, have_used, limited = texts
        raise refusal(info, new, f"exceeded quota: {name}, requested: {requested}, used: {have_used}, limited: {limited}")
    return {**used, **after}


def _unspecified(spec: Object, hard: Object) -> str:
    """Which containers lack a request or limit that the quota counts."""
    wanted = [name for name in MUST_SPECIFY if name in hard]
    missing: dict[str, list[str]] = {}
    for container in [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]:
        resources = container.get("resources") or {}
        for name in wanted:
            kind, dot, bare = name.rpartition(".")
            if (bare if dot else name) not in (resources.get(kind or "requests") or {}):
                missing.setdefault(name, []).append(container.get("name", ""))
    return "; ".join(f"{name} for: {','.join(sorted(missing[name]))}" for name in sorted(missing))
