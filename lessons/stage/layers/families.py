"""Families: an owner nobody owns, what it owns, and their pods; and the pods that nobody owns.

An owner is what `metadata.ownerReferences` names as the controller, and nothing else: labels find pods, references own
them. Pods and owners of kube-system are the cluster's own and not shown here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from cluster_sim.api import meta
from lessons.stage.mirror import Mirror
from lessons.stage.nodes import SYSTEM

PODS_DRAWN = 40  # more are counted, not drawn one by one
FAMILIES_DRAWN = 30
BARE = "bare"
REVISION = "deployment.kubernetes.io/revision"
TOPS = ("deployments", "statefulsets", "daemonsets", "cronjobs")
KINDS = ("deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "cronjobs")  # of the same age: in this order


@dataclass(slots=True)
class Family:
    """`top` is None where ReplicaSets or pods have no owner; `middles` are ReplicaSets or Jobs, the oldest first."""

    uid: str
    kind: str  # plural of the top; of the middle where there is no top; "pods"
    top: Any = None
    middle: str = ""  # plural of the middles
    middles: list[Any] = field(default_factory=list)
    pods: list[Any] = field(default_factory=list)

    @property
    def head(self) -> Any:
        """Who stands for the family; None for pods without owner."""
        return self.top if self.top is not None else self.middles[0] if self.middles else None

    @property
    def current(self) -> Any:
        """The ReplicaSet of the newest template: the one with the highest revision."""
        return max(self.middles, key=_revision, default=None) if self.middle == "replicasets" else None


def of(mirror: Mirror) -> list[Family]:
    """All families, the oldest first; a new one comes last, pods without owner at the very end."""
    found: dict[str, Family] = {}  # uid of every owner → its family
    for plural in TOPS:
        for obj in _own(getattr(mirror, plural)):
            found[uid(obj)] = Family(uid(obj), plural, obj)
    for plural, items in (("replicasets", mirror.replicasets), ("jobs", mirror.jobs)):
        for obj in _own(items):
            family = found.get(owner(obj))
            if family is None:
                family = Family(uid(obj), plural, obj) if plural == "jobs" else Family(uid(obj), plural)
            if family.top is not obj:
                family.middle = plural
                family.middles.append(obj)
            found[uid(obj)] = family
    families = sorted({family.uid: family for family in found.values()}.values(), key=_rank)
    bare = Family(BARE, "pods")
    for pod in _own(mirror.pods):
        found.get(owner(pod), bare).pods.append(pod)
    for family in families:
        _settle(family)
    _settle(bare)
    return [*families[:FAMILIES_DRAWN], *([bare] if bare.pods else [])]


def _rank(family: Family) -> tuple[str, int, str]:
    created, name = _age(family.head)
    return created, KINDS.index(family.kind), name


def _settle(family: Family) -> None:
    """In order, and without the ReplicaSets of old templates that have nothing left."""
    family.middles.sort(key=_age)
    order = {uid(obj): index for index, obj in enumerate(family.middles)}
    family.pods.sort(key=lambda pod: (order.get(owner(pod), 0), *_in_order(family, pod)))
    if family.kind == "deployments":
        owners = {owner(pod) for pod in family.pods}
        lives = [rs for rs in family.middles if rs["spec"].get("replicas", 1) or uid(rs) in owners]
        newest = family.current
        family.middles = lives or ([newest] if newest is not None else [])


def _in_order(family: Family, pod: Any) -> tuple[Any, ...]:
    if family.kind == "statefulsets":
        return (ordinal(pod), "")
    return pod["metadata"].get("creationTimestamp", ""), pod["metadata"]["name"]


def ordinal(pod: Any) -> int:
    """2 of store-2; -1 of a name without a number."""
    last = pod["metadata"]["name"].rpartition("-")[2]
    return int(last) if last.isdigit() else -1


def uid(obj: Any) -> str:
    """metadata.uid."""
    return str(obj["metadata"]["uid"])


def owner(obj: Any) -> str:
    """The uid of its controller; '' when nobody owns it."""
    return str((meta.controller_of(obj) or {}).get("uid", ""))


def namespace(obj: Any) -> str:
    """metadata.namespace."""
    return str(obj["metadata"].get("namespace", "default"))


def where(obj: Any) -> str:
    """' in team' for what is not in the namespace default."""
    return "" if namespace(obj) == "default" else f" in {namespace(obj)}"


def width(family: Family, wants: Callable[[Family], int]) -> int:
    """Columns the family takes: for as many pods as there may be, so that it stays as wide while they change."""
    return max(2, min(6, max(wants(family), len(family.pods))))


def _own(items: dict[str, Any]) -> Iterable[Any]:
    return (item for item in items.values() if item["metadata"].get("namespace") != SYSTEM)


def _age(obj: Any) -> tuple[str, str]:
    return obj["metadata"].get("creationTimestamp", ""), obj["metadata"]["name"]


def _revision(replicaset: Any) -> tuple[int, str, str]:
    text = str((replicaset["metadata"].get("annotations") or {}).get(REVISION, "0"))
    return (int(text) if text.isdigit() else 0, *_age(replicaset))
