"""Pods: a new one is Pending; of its spec little may change; its status belongs to its kubelet.

Upstream: kubernetes/pkg/registry/core/pod/strategy.go, pkg/apis/core/v1/helper/qos/qos.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import quantity
from cluster_sim.apiserver.strategies import match_label_keys
from cluster_sim.apiserver.strategies.strategy import Strategy
from cluster_sim.apiserver.validation import pod, pod_status, pod_update

if TYPE_CHECKING:
    from cluster_sim.apiserver.request_info import RequestInfo
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

_REMEMBERED = 512
_qos: dict[tuple[int, ...], tuple[list[Any], str]] = {}  # ids of the containers' resources → (these, the class)


def qos_class(spec: Object) -> str:
    """BestEffort, Burstable or Guaranteed, by the resources of all containers (remembered by identity)."""
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    if spec.get("resources"):
        return _class_of([spec["resources"]])
    given = [container.get("resources") or _NOTHING for container in containers]
    key = tuple([id(resources) for resources in given])
    known = _qos.get(key)
    if known is not None and all(one is other for one, other in zip(known[0], given, strict=True)):
        return known[1]
    found = _class_of(given)
    if len(_qos) >= _REMEMBERED:
        del _qos[next(iter(_qos))]
    _qos[key] = (given, found)
    return found


_NOTHING: Object = {}


def _class_of(given: list[Object]) -> str:
    seen = False
    guaranteed = True
    for resources in given:
        requests, limits = resources.get("requests") or {}, resources.get("limits") or {}
        for name in ("cpu", "memory"):
            asked, allowed = quantity.nano(requests.get(name, 0)), quantity.nano(limits.get(name, 0))
            seen = seen or asked > 0 or allowed > 0
            if allowed == 0 or asked not in (0, allowed):
                guaranteed = False
    if not seen:
        return "BestEffort"
    return "Guaranteed" if guaranteed else "Burstable"


def prepare_create(obj: Object, server: APIServer, info: RequestInfo) -> Object:
    """Status as of a new pod."""
    status: Object = {"phase": "Pending"}
    given = obj.get("spec") or {}
    spec = match_label_keys.resolve(given, obj["metadata"].get("labels") or {})
    if spec is not given:
        obj = {**obj, "spec": spec}
    if spec.get("schedulingGates"):
        status["conditions"] = [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated",
                                 "message": "Scheduling is blocked due to non-empty scheduling gates"}]
    status["qosClass"] = qos_class(spec)
    return {**obj, "status": status}


def prepare_update(new: Object, old: Object, server: APIServer, info: RequestInfo) -> Object:
    """The status stays, but a pod whose last gate is taken off shows it."""
    new = {**new, "status": old.get("status") or {}}
    if "ephemeralContainers" in (old.get("spec") or {}):
        new["spec"] = {**new["spec"], "ephemeralContainers": old["spec"]["ephemeralContainers"]}
    if (old.get("spec") or {}).get("schedulingGates") and not (new.get("spec") or {}).get("schedulingGates"):
        conditions = [c for c in new["status"].get("conditions") or [] if c.get("reason") != "SchedulingGated"]
        new["status"] = {key: value for key, value in new["status"].items() if key != "conditions"}
        if conditions:
            new["status"]["conditions"] = conditions
    return new


def prepare_status(new: Object, old: Object, server: APIServer) -> Object:
    """qosClass is the server's; podIP and podIPs say the same."""
    status = new.get("status") or {}
    have = old.get("status") or {}
    if not status.get("qosClass") and have.get("qosClass"):
        status = {**status, "qosClass": have["qosClass"]}
    first = (status.get("podIPs") or [{}])[0].get("ip")
    if status.get("podIP") and not status.get("podIPs"):
        status = {**status, "podIPs": [{"ip": status["podIP"]}]}
    elif status.get("podIP") and first != status["podIP"]:
        status = {**status, "podIPs": [{"ip": status["podIP"]}]}
    elif first and not status.get("podIP"):
        status = {**status, "podIP": first}
    if status.get("hostIP") and not status.get("hostIPs"):
        status = {**status, "hostIPs": [{"ip": status["hostIP"]}]}
    return new if status is new.get("status") else {**new, "status": status}


STRATEGY = Strategy(generation=True, returns_deleted=True, prepare_create=prepare_create, prepare_update=prepare_update,
                    prepare_status=prepare_status, validate=pod.validate, validate_update=pod_update.validate_update,
                    validate_status=pod_status.validate)
