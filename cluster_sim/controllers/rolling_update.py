"""The arithmetic of a rolling update: how many more, how many fewer, and when.

Pure functions over numbers and ReplicaSets. With 10 replicas and 25 % each, at most 10 + 3 pods exist (surge rounds
up) and at least 10 − 2 are available (unavailable rounds down).

Source: kubernetes pkg/controller/deployment/util/deployment_util.go (ResolveFenceposts, NewRSNewReplicas) and
rolling.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.controllers import pods
from cluster_sim.controllers.pods import Object

DEFAULT = "25%"


def resolve(value: int | str | None, total: int, round_up: bool) -> int:
    """A number as it is, a percentage of `total` rounded as told."""
    if isinstance(value, str):
        share = int(value.removesuffix("%")) * total
        return -(-share // 100) if round_up else share // 100
    return value or 0


def fenceposts(max_surge: int | str | None, max_unavailable: int | str | None, replicas: int) -> tuple[int, int]:
    """(how many more, how many fewer); if both would be 0 nothing could move, so one may be unavailable."""
    surge = resolve(max_surge, replicas, round_up=True)
    unavailable = resolve(max_unavailable, replicas, round_up=False)
    return (surge, unavailable) if surge or unavailable else (0, 1)


def is_rolling(deployment: Object) -> bool:
    """The strategy is RollingUpdate, as by default."""
    return bool((deployment["spec"].get("strategy") or {}).get("type", "RollingUpdate") == "RollingUpdate")


def _fenceposts_of(deployment: Object) -> tuple[int, int]:
    given = (deployment["spec"].get("strategy") or {}).get("rollingUpdate") or {}
    return fenceposts(given.get("maxSurge", DEFAULT), given.get("maxUnavailable", DEFAULT), wanted(deployment))


def wanted(deployment: Object) -> int:
    """spec.replicas."""
    return int(deployment["spec"].get("replicas", 1))


def may_surge(deployment: Object) -> int:
    """How many pods there may be above spec.replicas."""
    return _fenceposts_of(deployment)[0] if is_rolling(deployment) else 0


def may_be_unavailable(deployment: Object) -> int:
    """How many of spec.replicas may be unavailable."""
    if not is_rolling(deployment) or wanted(deployment) == 0:
        return 0
    return min(_fenceposts_of(deployment)[1], wanted(deployment))


def spec_replicas(replicaset: Object) -> int:
    """What a ReplicaSet has been told to have."""
    return int(replicaset["spec"].get("replicas", 1))


def available(replicaset: Object) -> int:
    """What a ReplicaSet says is available."""
    return int((replicaset.get("status") or {}).get("availableReplicas", 0))


def total(replicasets: list[Object]) -> int:
    """What they have been told to have together."""
    return sum(spec_replicas(replicaset) for replicaset in replicasets)


def oldest_first(replicasets: list[Object]) -> list[Object]:
    """By creation time, then by name."""
    return sorted(replicasets, key=lambda replicaset: (pods.created(replicaset), replicaset["metadata"]["name"]))


def new_size(deployment: Object, everyone: list[Object], current: int) -> int:
    """How large the new ReplicaSet may be now: `everyone` are all ReplicaSets, `current` its present size."""
    if not is_rolling(deployment):
        return wanted(deployment)
    room = wanted(deployment) + may_surge(deployment) - total(everyone)
    if room <= 0:
        return current
    return current + min(room, wanted(deployment) - current)


def old_sizes(deployment: Object, old: list[Object], new: Object | None) -> dict[str, int]:
    """New sizes of old ReplicaSets that must shrink now, by name.

    First what is not available anyway goes, oldest ReplicaSet first; then as many available pods as the new ones
    have made dispensable.
    """
    if total(old) == 0:
        return {}
    everyone = [*old, new] if new is not None else old
    least = wanted(deployment) - may_be_unavailable(deployment)
    unavailable_new = spec_replicas(new) - available(new) if new is not None else 0
    most = total(everyone) - least - unavailable_new  # more than this must not go, whatever its state
    if most <= 0:
        return {}
    sizes = {replicaset["metadata"]["name"]: spec_replicas(replicaset) for replicaset in old}
    for replicaset in oldest_first(old):
        unhealthy = spec_replicas(replicaset) - available(replicaset)
        cut = max(0, min(most, unhealthy))
        sizes[replicaset["metadata"]["name"]] -= cut
        most -= cut
    spare = sum(available(replicaset) for replicaset in everyone) - least
    for replicaset in oldest_first(old):
        cut = max(0, min(spare, sizes[replicaset["metadata"]["name"]]))
        sizes[replicaset["metadata"]["name"]] -= cut
        spare -= cut
    return {replicaset["metadata"]["name"]: sizes[replicaset["metadata"]["name"]] for replicaset in old
            if sizes[replicaset["metadata"]["name"]] != spec_replicas(replicaset)}


def arithmetic(deployment: Object) -> dict[str, Any]:
    """The rule in numbers, for a span's detail."""
    return {"rule": "rolling update", "replicas": wanted(deployment), "maxSurge": may_surge(deployment),
            "maxUnavailable": may_be_unavailable(deployment),
            "most": wanted(deployment) + may_surge(deployment),
            "leastAvailable": wanted(deployment) - may_be_unavailable(deployment)}
