"""Scaling a Deployment in the middle of a rollout: each ReplicaSet gets its share, so that the risk stays the same.

A ReplicaSet's share is its size times (what may exist now) / (what might exist when it was last scaled, which an
annotation remembers). The largest goes first; what rounding leaves over goes to it.

Source: kubernetes pkg/controller/deployment/sync.go (scale) and util/deployment_util.go (GetReplicaSetProportion).
"""

from __future__ import annotations

from cluster_sim.api import meta
from cluster_sim.controllers.pods import Object, created
from cluster_sim.controllers.rolling_update import (
    available,
    is_rolling,
    may_surge,
    oldest_first,
    spec_replicas,
    total,
    wanted,
)

DESIRED = "deployment.kubernetes.io/desired-replicas"
MAX = "deployment.kubernetes.io/max-replicas"


def remembered(replicaset: Object, annotation: str) -> int | None:
    """A number in an annotation, if it is there."""
    text = meta.annotations(replicaset).get(annotation, "")
    return int(text) if text.isdecimal() else None


def is_scaling_event(deployment: Object, replicasets: list[Object]) -> bool:
    """Whether spec.replicas changed since some active ReplicaSet was last scaled."""
    return any(remembered(replicaset, DESIRED) not in (None, wanted(deployment))
               for replicaset in replicasets if spec_replicas(replicaset) > 0)


def share(replicaset: Object, deployment: Object, most: int) -> int:
    """By how much a ReplicaSet should grow (or shrink, below 0), if `most` may exist in all."""
    size = spec_replicas(replicaset)
    if wanted(deployment) == 0:
        return -size
    before = remembered(replicaset, MAX) or int((deployment.get("status") or {}).get("replicas", 0))
    if not before:
        return 0
    return (2 * size * most + before) // (2 * before) - size  # rounded to the nearest, halves up


def sizes_for(deployment: Object, new: Object | None, old: list[Object]) -> dict[str, int]:
    """What spec.replicas makes of each ReplicaSet's size, by name.

    One active ReplicaSet takes it all; if the new one has all its pods the old ones go to 0; else shares.
    """
    everyone = [*old, *([new] if new else [])]
    active = [replicaset for replicaset in everyone if spec_replicas(replicaset) > 0]
    if not everyone:
        return {}
    if len(active) <= 1:
        only = active[0] if active else new or oldest_first(old)[-1]
        return {meta.name(only): wanted(deployment)}
    if new is not None and is_saturated(deployment, new):
        return {meta.name(replicaset): 0 for replicaset in active if replicaset is not new}
    return scaled_sizes(deployment, active) if is_rolling(deployment) else {}


def is_saturated(deployment: Object, new: Object) -> bool:
    """The new ReplicaSet alone has everything that is wanted."""
    want = wanted(deployment)
    return spec_replicas(new) == want == available(new) == remembered(new, DESIRED)


def scaled_sizes(deployment: Object, active: list[Object]) -> dict[str, int]:
    """The size of each of several active ReplicaSets, by name."""
    most = wanted(deployment) + may_surge(deployment) if wanted(deployment) > 0 else 0
    to_add = most - total(active)
    added, sizes = 0, {}
    ordered = by_size(active, newer_first=to_add > 0)
    for replicaset in ordered:
        change = 0
        if to_add != 0 and spec_replicas(replicaset) and to_add != added:
            part = share(replicaset, deployment, most)
            change = min(part, to_add - added) if to_add > 0 else max(part, to_add - added)
        added += change
        sizes[meta.name(replicaset)] = spec_replicas(replicaset) + change
    if to_add != 0 and ordered:
        first = meta.name(ordered[0])
        sizes[first] = max(0, sizes[first] + to_add - added)
    return sizes


def by_size(replicasets: list[Object], newer_first: bool) -> list[Object]:
    """The largest first; of equals the newer when growing, the older when shrinking."""
    by_age = oldest_first(replicasets)
    if newer_first:
        by_age = sorted(by_age, key=created, reverse=True)
    return sorted(by_age, key=spec_replicas, reverse=True)
