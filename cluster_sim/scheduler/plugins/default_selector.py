"""The selector by which pods without spread constraints are spread: that of their Services and their owner.

Source: pkg/scheduler/framework/plugins/helper/spread.go (DefaultSelector).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.scheduler.framework import Cycle

Object = dict[str, Any]
OWNERS = {"ReplicaSet": "replicasets", "StatefulSet": "statefulsets", "ReplicationController": "replicationcontrollers"}


def default_selector(cycle: Cycle) -> list[Object] | None:
    """Label selectors that all must match; None when the pod belongs to nothing that spreads."""
    known = cycle.data.get("default selector", ...)
    if known is ...:
        known = cycle.data["default selector"] = find_selector(cycle)
    return known or None


def find_selector(cycle: Cycle) -> list[Object]:
    """The Services' labels as one, and what the owner selects."""
    shape = cycle.shape
    labels: dict[str, str] = {}
    for service in cycle.listers["services"].list(shape.namespace):
        selector = (service.get("spec") or {}).get("selector")
        if selector and all(shape.labels.get(key) == value for key, value in selector.items()):
            labels.update(selector)
    chosen: list[Object] = []
    owner = shape.owner
    if owner is not None and owner["kind"] in OWNERS:
        found = cycle.listers[OWNERS[owner["kind"]]].get(f"{shape.namespace}/{owner['name']}")
        selector = ((found or {}).get("spec") or {}).get("selector")
        if selector and owner["kind"] == "ReplicationController":
            labels.update(selector)
        elif selector:
            chosen.append(selector)
    return [{"matchLabels": labels}, *chosen] if labels else chosen
