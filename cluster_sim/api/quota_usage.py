"""What an object uses up of a ResourceQuota, and which quotas it falls under.

Admission asks before an object comes in, the quota controller when something has gone. Amounts are quantity texts, by
the names that spec.hard uses ("pods", "requests.cpu", "count/deployments.apps").

Upstream: kubernetes pkg/quota/v1/evaluator/core (pods.go, services.go, persistent_volume_claims.go), generic.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import quantity
from cluster_sim.api.resources import Resource

Object = dict[str, Any]
Usage = dict[str, str]

# Resources of the core group that may be counted by their bare name, too.
BARE = ("configmaps", "persistentvolumeclaims", "pods", "replicationcontrollers", "resourcequotas", "secrets",
        "services")
COMPUTE = ("cpu", "memory", "ephemeral-storage")
CLASS = ".storageclass.storage.k8s.io/"


def add(total: Usage, more: Usage) -> Usage:
    """The sum, name by name."""
    return {**total, **{name: quantity.add(total.get(name, "0"), amount) for name, amount in more.items()}}


def usage(resource: Resource, obj: Object) -> Usage:
    """What the object uses; a finished pod uses nothing but its place in the count."""
    found = {f"count/{resource.group_resource}": "1"}
    if resource.group == "" and resource.plural in BARE and resource.plural != "pods":
        found[resource.plural] = "1"
    if resource.group == "" and resource.plural == "pods":
        return {**found, **_pod(obj)}
    if resource.group == "" and resource.plural == "services":
        return {**found, **_service(obj)}
    if resource.group == "" and resource.plural == "persistentvolumeclaims":
        return {**found, **_claim(obj)}
    return found


def _pod(pod: Object) -> Usage:
    if (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed"):
        return {}
    found = {"pods": "1"}
    for field in ("requests", "limits"):
        for name, amount in pod_amounts(pod["spec"], field).items():
            if field == "requests" and name in COMPUTE:
                found[name] = amount
            found[f"{field}.{name}"] = amount
    return found


def pod_amounts(spec: Object, field: str) -> Usage:
    """Requests or limits of a pod: the sum over containers, or the greatest init container, plus overhead."""
    total: Usage = {}
    for container in spec.get("containers") or ():
        total = add(total, (container.get("resources") or {}).get(field) or {})
    sidecars: Usage = {}
    for container in spec.get("initContainers") or ():
        asked = (container.get("resources") or {}).get(field) or {}
        if container.get("restartPolicy") == "Always":
            total, sidecars = add(total, asked), add(sidecars, asked)
        else:
            asked = add(asked, {name: sidecars[name] for name in sidecars if name in asked})
            total = {**total, **{name: amount for name, amount in asked.items()
                                 if quantity.compare(amount, total.get(name, "0")) > 0}}
    total = {**total, **((spec.get("resources") or {}).get(field) or {})}
    return add(total, spec.get("overhead") or {})


def _service(service: Object) -> Usage:
    spec = service["spec"]
    kind, ports = spec.get("type", "ClusterIP"), len(spec.get("ports") or ())
    nodes = ports if kind == "NodePort" or (kind == "LoadBalancer" and spec.get(
        "allocateLoadBalancerNodePorts") is not False) else 0
    return {"services.nodeports": str(nodes), "services.loadbalancers": "1" if kind == "LoadBalancer" else "0"}


def _claim(claim: Object) -> Usage:
    spec = claim["spec"]
    found = {"persistentvolumeclaims": "1"}
    size = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    if size is not None:
        found["requests.storage"] = size
    name = spec.get("storageClassName")
    return {**found, **{f"{name}{CLASS}{field}": amount for field, amount in found.items()}} if name else found


def falls_under(quota: Object, resource: Resource, obj: Object) -> bool:
    """Whether the quota's scopes take in the object; scopes are about pods only."""
    spec = quota["spec"]
    terms = [{"scopeName": scope, "operator": "Exists"} for scope in spec.get("scopes") or ()]
    terms += (spec.get("scopeSelector") or {}).get("matchExpressions") or []
    if not terms:
        return True
    return resource.group == "" and resource.plural == "pods" and all(_in_scope(term, obj) for term in terms)


def _in_scope(term: Object, pod: Object) -> bool:
    scope, spec = term["scopeName"], pod["spec"]
    if scope in ("Terminating", "NotTerminating"):
        return (spec.get("activeDeadlineSeconds") is not None) == (scope == "Terminating")
    if scope in ("BestEffort", "NotBestEffort"):
        return _is_best_effort(spec) == (scope == "BestEffort")
    if scope == "PriorityClass":
        name, operator = spec.get("priorityClassName", ""), term["operator"]
        if operator in ("Exists", "DoesNotExist"):
            return bool(name) == (operator == "Exists")
        return (name in (term.get("values") or ())) == (operator == "In")
    if scope == "CrossNamespacePodAffinity":
        affinity = spec.get("affinity") or {}
        return any(one.get("namespaces") or one.get("namespaceSelector") is not None
                   for kind in ("podAffinity", "podAntiAffinity") for one in _affinity_terms(affinity.get(kind) or {}))
    return False


def _affinity_terms(affinity: Object) -> list[Object]:
    preferred = affinity.get("preferredDuringSchedulingIgnoredDuringExecution") or ()
    return [*(affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or ()),
            *(one["podAffinityTerm"] for one in preferred)]


def _is_best_effort(spec: Object) -> bool:
    """No container asks for cpu or memory."""
    return not any(name in ("cpu", "memory") for container in [*(spec.get("containers") or ()),
                                                              *(spec.get("initContainers") or ())]
                   for field in ("requests", "limits") for name in (container.get("resources") or {}).get(field) or ())


def counted_by(quota: Object, resource: Resource, obj: Object) -> Usage:
    """What the object uses of this quota's names; empty if it does not fall under it."""
    hard = quota["spec"].get("hard") or {}
    if not falls_under(quota, resource, obj):
        return {}
    return {name: amount for name, amount in usage(resource, obj).items() if name in hard}
