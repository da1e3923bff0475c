"""The rolling update of a StatefulSet: which pods of an old template go now.

From the highest ordinal down to the partition, and never more than maxUnavailable of all pods at once; whoever is not
available for whatever reason uses that up. With podManagementPolicy Parallel, pods that do not work anyway go first
and cost nothing: a broken version can always be replaced. With OrderedReady they block the update, as they always
have: after a broken version somebody must delete the pod.

Source: kubernetes pkg/controller/statefulset/stateful_set_control.go (updateStatefulSetAfterInvariantEstablished).
"""

from __future__ import annotations

from cluster_sim.api import meta
from cluster_sim.controllers import pods
from cluster_sim.controllers import stateful_identity as identity
from cluster_sim.controllers.controller_history import HASH
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.rolling_update import resolve


def is_ordered(statefulset: Object) -> bool:
    """podManagementPolicy OrderedReady."""
    return bool(statefulset["spec"].get("podManagementPolicy", "OrderedReady") == "OrderedReady")


def is_available(statefulset: Object, pod: Object, now: int) -> bool:
    """Running, ready for long enough, and not on its way out; `now` in µs since 1970."""
    wait = statefulset["spec"].get("minReadySeconds", 0)
    return (pods.phase(pod) == "Running" and pods.is_ready(pod) and not meta.is_deleting(pod)
            and pods.is_available(pod, wait, now))


def to_replace(statefulset: Object, mine: list[Object], update: str, now: int) -> list[Object]:
    """The pods to delete now; `update` names the revision that all should have."""
    strategy = statefulset["spec"].get("updateStrategy") or {}
    if strategy.get("type", "RollingUpdate") != "RollingUpdate":
        return []
    rolling, wanted = strategy.get("rollingUpdate") or {}, identity.ordinals(statefulset)
    most = max(1, resolve(rolling.get("maxUnavailable", 1), len(wanted), round_up=True))
    present = sorted((pod for pod in mine if identity.ordinal_of(pod) in wanted), key=identity.ordinal_of, reverse=True)
    working = {meta.name(pod): is_available(statefulset, pod, now) for pod in present}
    room = most - (len(wanted) - sum(working.values()))
    outdated = [pod for pod in present if identity.ordinal_of(pod) >= wanted.start + rolling.get("partition", 0)
                and meta.labels(pod).get(HASH) != update and not meta.is_deleting(pod)]
    if is_ordered(statefulset):
        return outdated[:max(0, room)]
    broken = [pod for pod in outdated if not working[meta.name(pod)]]
    return [*broken, *[pod for pod in outdated if working[meta.name(pod)]][:max(0, room)]]
