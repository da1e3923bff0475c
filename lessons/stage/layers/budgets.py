"""How much may change at once: the fences of a rollout, as numbers and as a row of squares.

Deployments round maxSurge up and maxUnavailable down; StatefulSets and DaemonSets round both up. Where both come to
nothing, one pod may be unavailable, else nothing would ever move.

Source: kubernetes pkg/controller/deployment/util/deployment_util.go (ResolveFenceposts), daemon/update.go,
statefulset/stateful_set_utils.go (getStatefulSetMaxUnavailable).
"""

from dataclasses import dataclass
from typing import Any

QUARTER = "25%"
SQUARES = 20  # more are told in words only


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between how many available and how many in all a rollout moves."""

    wants: int
    surge: int
    unavailable: int

    @property
    def least(self) -> int:
        """So many stay available."""
        return max(0, self.wants - self.unavailable)

    @property
    def most(self) -> int:
        """So many there may be."""
        return self.wants + self.surge


def resolve(value: Any, total: int, up: bool) -> int:
    """A number as it is, a percentage of `total` rounded up or down."""
    if isinstance(value, int):
        return value
    share = int(str(value).rstrip("%") or 0) * total
    return -(-share // 100) if up else share // 100


def is_rolling(deployment: Any) -> bool:
    """Not Recreate."""
    return bool((deployment["spec"].get("strategy") or {}).get("type", "RollingUpdate") == "RollingUpdate")


def of_deployment(deployment: Any) -> Bounds:
    """Recreate ends all of the old before it makes any of the new."""
    wants = int(deployment["spec"].get("replicas", 1))
    if not is_rolling(deployment):
        return Bounds(wants, 0, wants)
    rolling = (deployment["spec"].get("strategy") or {}).get("rollingUpdate") or {}
    surge = resolve(rolling.get("maxSurge", QUARTER), wants, up=True)
    unavailable = resolve(rolling.get("maxUnavailable", QUARTER), wants, up=False)
    return Bounds(wants, surge, min(wants, unavailable if surge or unavailable else 1))


def of_daemonset(daemonset: Any) -> Bounds:
    """Of as many as there are nodes for it."""
    wants = int((daemonset.get("status") or {}).get("desiredNumberScheduled", 0))
    rolling = (daemonset["spec"].get("updateStrategy") or {}).get("rollingUpdate") or {}
    surge = resolve(rolling.get("maxSurge", 0), wants, up=True)
    unavailable = resolve(rolling.get("maxUnavailable", 1), wants, up=True)
    return Bounds(wants, surge, min(wants, unavailable if surge or unavailable else 1))


def of_statefulset(statefulset: Any) -> Bounds:
    """It never has more than it wants: a name is there once."""
    wants = int(statefulset["spec"].get("replicas", 1))
    unavailable = max(1, resolve(_stateful(statefulset).get("maxUnavailable", 1), wants, up=True))
    return Bounds(wants, 0, min(wants, unavailable))


def partition(statefulset: Any) -> int:
    """Pods below it keep the template they have."""
    return int(_stateful(statefulset).get("partition", 0) or 0)


def on_delete(owner: Any) -> bool:
    """Nothing changes until somebody deletes a pod."""
    return bool((owner["spec"].get("updateStrategy") or {}).get("type") == "OnDelete")


def squares(looks: list[str], bounds: Bounds) -> str:
    """Pods between two fences: at least so many available, at most so many in all; who leaves stands behind them."""
    if max(len(looks), bounds.most) > SQUARES:
        return ""
    counted = sorted((look for look in looks if look != "terminating"), key=lambda look: look != "running")
    words = []
    for index in range(max(len(counted), bounds.most)):
        if index == bounds.least and index or index == bounds.most:
            words.append("=fence")
        words.append(f"c-{counted[index]}|{counted[index]}" if index < len(counted) else "c-pending|free")
    if len(counted) <= bounds.most:
        words.append("=fence")
    return " ".join(words + ["c-terminating|terminating"] * looks.count("terminating"))


def _stateful(statefulset: Any) -> Any:
    return (statefulset["spec"].get("updateStrategy") or {}).get("rollingUpdate") or {}
