"""Rules about nodes: when silence counts, what it makes of the conditions, and which taints follow from those.

Source: kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go; the flags of kube-controller-manager
(--node-monitor-grace-period 50s, --node-startup-grace-period 1m, --node-eviction-rate 0.1,
--secondary-node-eviction-rate 0.01, --large-cluster-size-threshold 50, --unhealthy-zone-threshold 0.55).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import meta
from cluster_sim.api.conditions import find_condition
from cluster_sim.controllers.pods import Object
from cluster_sim.kernel import SECOND

PERIOD = 5 * SECOND
GRACE, STARTUP_GRACE = 50 * SECOND, 60 * SECOND
EVICTION_PAUSE, SLOW_EVICTION_PAUSE = 10 * SECOND, 100 * SECOND  # 0.1 and 0.01 nodes a second
LARGE_ZONE = 50
ZONE_LABELS = ("topology.kubernetes.io/region", "topology.kubernetes.io/zone")

NOT_READY, UNREACHABLE = "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
WATCHED = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")
TAINT_OF: dict[str, dict[str, str]] = {  # condition → its status → taint
    "Ready": {"False": NOT_READY, "Unknown": UNREACHABLE},
    "MemoryPressure": {"True": "node.kubernetes.io/memory-pressure"},
    "DiskPressure": {"True": "node.kubernetes.io/disk-pressure"},
    "PIDPressure": {"True": "node.kubernetes.io/pid-pressure"},
    "NetworkUnavailable": {"True": "node.kubernetes.io/network-unavailable"},
}
OURS = {key for by_status in TAINT_OF.values() for key in by_status.values()} | {UNSCHEDULABLE}


def ready_status(node: Object) -> str | None:
    """True, False, Unknown; None if nobody has ever said."""
    condition = find_condition((node.get("status") or {}).get("conditions"), "Ready")
    return condition["status"] if condition else None


def is_overdue(node: Object, heard: int, now: int) -> bool:
    """Nothing heard for longer than the grace period, and not yet written down."""
    grace = GRACE if ready_status(node) is not None else STARTUP_GRACE
    return now - heard > grace and bool(silent_conditions(node, ""))


def silent_conditions(node: Object, stamp: str) -> list[Object]:
    """The watched conditions as Unknown; those that are already are left out."""
    conditions = (node.get("status") or {}).get("conditions")
    found: list[Object] = []
    for kind in WATCHED:
        old = find_condition(conditions, kind)
        if old is None:
            found.append({"type": kind, "status": "Unknown", "reason": "NodeStatusNeverUpdated",
                          "message": "Kubelet never posted node status.", "lastTransitionTime": stamp,
                          "lastHeartbeatTime": node["metadata"].get("creationTimestamp", stamp)})
        elif old["status"] != "Unknown":
            found.append({"type": kind, "status": "Unknown", "reason": "NodeStatusUnknown",
                          "message": "Kubelet stopped posting node status.", "lastTransitionTime": stamp})
    return found


def wanted_taints(node: Object, evicting: bool, stamp: str) -> list[Object]:
    """The node's taints as they should be: NoSchedule by conditions, NoExecute for evicted ones, others untouched."""
    spec, status = node.get("spec") or {}, node.get("status") or {}
    keys = [(TAINT_OF[one["type"]][one["status"]], "NoSchedule") for one in status.get("conditions", ())
            if one["status"] in TAINT_OF.get(one["type"], {})]
    if spec.get("unschedulable"):
        keys.append((UNSCHEDULABLE, "NoSchedule"))
    ready = TAINT_OF["Ready"].get(ready_status(node) or "")
    if evicting and ready:
        keys.append((ready, "NoExecute"))
    taints = spec.get("taints") or []
    kept = [taint for taint in taints if not _is_ours(taint) or (taint["key"], taint["effect"]) in keys]
    there = {(taint["key"], taint["effect"]) for taint in kept}
    return [*kept, *({"key": key, "effect": effect, "timeAdded": stamp} for key, effect in keys
                     if (key, effect) not in there)]


def _is_ours(taint: Object) -> bool:
    if taint.get("effect") == "NoExecute":
        return taint["key"] in (NOT_READY, UNREACHABLE)
    return taint.get("effect") == "NoSchedule" and taint["key"] in OURS


def has_eviction_taint(node: Object) -> bool:
    """It carries not-ready or unreachable with NoExecute."""
    return any(taint.get("effect") == "NoExecute" and taint["key"] in (NOT_READY, UNREACHABLE)
               for taint in (node.get("spec") or {}).get("taints") or ())


def zone_of(node: Object) -> str:
    """Region and zone; nodes without labels are together in one."""
    return "/".join(meta.labels(node).get(label, "") for label in ZONE_LABELS)


def zone_states(nodes: list[Object]) -> dict[str, Any]:
    """Zone → its size and whether it is Normal, PartialDisruption (over 2 and 55 % bad) or FullDisruption."""
    zones: dict[str, Any] = {}
    for node in nodes:
        zone = zones.setdefault(zone_of(node), {"size": 0, "bad": 0})
        zone["size"] += 1
        zone["bad"] += ready_status(node) != "True"
    for zone in zones.values():
        bad, size = zone["bad"], zone["size"]
        partial = bad > 2 and bad * 100 >= size * 55
        zone["state"] = "FullDisruption" if bad == size else "PartialDisruption" if partial else "Normal"
    return zones


def eviction_pause(zone: dict[str, Any]) -> int | None:
    """µs between two nodes of a zone that get the NoExecute taint; None: nobody is evicted."""
    if zone["state"] != "PartialDisruption":
        return EVICTION_PAUSE
    return SLOW_EVICTION_PAUSE if zone["size"] > LARGE_ZONE else None
