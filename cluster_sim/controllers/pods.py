"""What controllers ask of a pod: is it active, ready, available, on its way out; and what a new one looks like.

Source: kubernetes pkg/api/v1/pod/util.go and pkg/controller/controller_utils.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import meta
from cluster_sim.api.conditions import find_condition
from cluster_sim.kernel import SECOND, timestamps

Object = dict[str, Any]

TERMINAL = ("Succeeded", "Failed")


def phase(pod: Object) -> str:
    """Pending, Running, Succeeded, Failed or Unknown."""
    return (pod.get("status") or {}).get("phase") or "Pending"


def condition(pod: Object, kind: str) -> Object | None:
    """The pod's condition of that type."""
    return find_condition((pod.get("status") or {}).get("conditions"), kind)


def is_terminal(pod: Object) -> bool:
    """Its containers have ended for good."""
    return phase(pod) in TERMINAL


def is_active(pod: Object) -> bool:
    """It counts for whoever wants so many pods: neither finished nor being deleted."""
    return not is_terminal(pod) and not meta.is_deleting(pod)


def is_terminating(pod: Object) -> bool:
    """It is being deleted, and its containers may still run."""
    return meta.is_deleting(pod) and not is_terminal(pod)


def is_ready(pod: Object) -> bool:
    """Its Ready condition is True."""
    ready = condition(pod, "Ready")
    return ready is not None and ready.get("status") == "True"


def ready_since(pod: Object) -> int | None:
    """When it became ready, in µs since 1970; None when it is not, or does not say."""
    ready = condition(pod, "Ready")
    if ready is None or ready.get("status") != "True" or not ready.get("lastTransitionTime"):
        return None
    return timestamps.parse(ready["lastTransitionTime"])


def is_available(pod: Object, min_ready_seconds: int, now: int) -> bool:
    """It has been ready for at least minReadySeconds; `now` in µs since 1970."""
    if not min_ready_seconds:
        return is_ready(pod)
    since = ready_since(pod)
    return since is not None and since + min_ready_seconds * SECOND <= now


def created(obj: Object) -> str:
    """When it was created; RFC 3339 in UTC orders as text."""
    return str(obj["metadata"].get("creationTimestamp", ""))


def restarts(pod: Object) -> int:
    """The highest restart count among its containers."""
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    return max((status.get("restartCount", 0) for status in statuses), default=0)


def from_template(template: Object, owner: Object, **metadata: Any) -> Object:
    """A pod as the template describes it, owned by `owner`; its name is the API server's to complete."""
    given = template.get("metadata") or {}
    copied = {field: given[field] for field in ("labels", "annotations", "finalizers") if given.get(field)}
    made = {"generateName": f"{owner['metadata']['name']}-", "namespace": owner["metadata"]["namespace"], **copied,
            "ownerReferences": [meta.owner_reference(owner)], **metadata}
    return {"apiVersion": "v1", "kind": "Pod",
            "metadata": {field: value for field, value in made.items() if value is not None},
            "spec": template.get("spec") or {}}
