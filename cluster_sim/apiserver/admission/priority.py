"""Priority: a pod's class becomes its number.

Upstream: kubernetes/plugin/pkg/admission/priority/admission.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.admission.refusal import refusal
from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def admit(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> Object:
    """Set priority and preemptionPolicy; raises ApiError 403."""
    spec = new.get("spec") or {}
    if old is not None:  # both are immutable: what the client leaves out is as it was
        have = old.get("spec") or {}
        kept = {key: have[key] for key in ("priority", "preemptionPolicy") if key in have and key not in spec}
        return {**new, "spec": {**spec, **kept}} if kept else new
    name = spec.get("priorityClassName", "")
    if name:
        found = server.cache.get("priorityclasses", name)
        if found is None:
            raise refusal(info, new, f"no PriorityClass with name {name} was found")
    else:
        found = default_class(server)
    number = found.get("value", 0) if found else 0
    policy = (found.get("preemptionPolicy") if found else None) or "PreemptLowerPriority"
    if not name and found is not None:
        spec = {**spec, "priorityClassName": found["metadata"]["name"]}
    if spec.get("priority") is not None and spec["priority"] != number:
        raise refusal(info, new, f"the integer value of priority ({spec['priority']}) must not be provided in pod spec; priority "
                      f"admission controller computed {number} from the given PriorityClass name")
    if spec.get("preemptionPolicy") is not None and spec["preemptionPolicy"] != policy:
        raise refusal(info, new, f"the string value of PreemptionPolicy ({spec['preemptionPolicy']}) must not be provided in pod "
                      f"spec; priority admission controller computed {policy} from the given PriorityClass name")
    return {**new, "spec": {**spec, "priority": number, "preemptionPolicy": policy}}


def default_class(server: APIServer) -> Object | None:
    """The class marked globalDefault; of several the one with the lowest value."""
    found: Object | None = None
    for candidate in server.cache.list("priorityclasses"):
        if candidate.get("globalDefault") and (found is None or candidate.get("value", 0) < found.get("value", 0)):
            found = candidate
    return found


def validate_class(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> None:
    """Only one class may be the default."""
    if not new.get("globalDefault"):
        return
    default = default_class(server)
    if default is not None and default["metadata"]["name"] != new["metadata"].get("name"):
        name = default["metadata"]["name"]
        raise refusal(info, new, f"PriorityClass {name} is already marked as default. Only one default can exist")
