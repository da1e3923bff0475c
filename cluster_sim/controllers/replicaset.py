"""The ReplicaSet controller: keep as many pods as somebody asked for.

It watches ReplicaSets and pods. For a ReplicaSet that changed, or one of whose pods did, it

1. claims pods: adopts matching orphans, releases its own that no longer match;
2. compares: how many active pods are there, how many are wanted;
3. creates what is missing, one, then two, then four… (slow_start.py), or deletes what is too much, the least useful
   first (deletion_rank.py);
4. writes down what it sees in the ReplicaSet's status (replicaset_status.py).

It never asks why a pod is missing. Whether you deleted it, its node died or there was none yet: it counts again.

Source: kubernetes pkg/controller/replicaset/replica_set.go. The real one keeps "expectations" of what it has created
but not yet seen; ours needs none (client/controller.py says why).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.client.controller_host import ControllerHost
from cluster_sim.controllers import adoption, pods
from cluster_sim.controllers.deletion_rank import rank_for_deletion, why
from cluster_sim.controllers.pod_tally import Counts, PodTally
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.refusals import is_namespace_terminating, refused, tell_refusals
from cluster_sim.controllers.replicaset_status import next_availability, status_of
from cluster_sim.controllers.slow_start import BURST, next_batch
from cluster_sim.kernel import DETAIL, STORY
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "replicaset.create": "ReplicaSet controller counts {has}, wants {wants}, creates {pod}",
    "replicaset.create.batch": "ReplicaSet controller counts {has}, wants {wants}, creates {count} pods",
    "replicaset.delete": "ReplicaSet controller counts {has}, wants {wants}, deletes {pod}",
    "replicaset.status": "ReplicaSet controller writes down what it sees of {replicaset}: {has} pods, {ready} ready",
}, file="cluster_sim/controllers/replicaset.py")


class ReplicaSetController(Controller):
    """Pods of ReplicaSets."""

    name = "replicaset"
    account = "replicaset-controller"
    watches = ("replicasets", "pods")
    owner_kind = "ReplicaSet"
    resource: ClassVar[str] = "replicasets"
    kind: ClassVar[str] = "ReplicaSet"

    def __init__(self, process: ControllerHost) -> None:
        super().__init__(process)
        adoption.index_by_controller(self.lister("pods"))
        adoption.index_by_controller(self.lister(self.resource))
        self.tally = PodTally(self.lister("pods").objects.values())

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A ReplicaSet itself; for a pod its owner before and after, or those who may adopt it."""
        if resource == self.resource:
            return super().keys(resource, old, new)
        self.tally.change(old, new)
        return adoption.concerned(self.lister(self.resource), old, new, self.kind)

    def sync(self, key: str, span: int) -> None:
        """Claim, then compare."""
        replicaset = self.lister(self.resource).get(key)
        if replicaset is not None and not self.claim(replicaset):
            self.compare(replicaset)

    def claim(self, replicaset: Object) -> bool:
        """Adopt and release; → whether anything had to be written."""
        counts = self.tally.of(meta.uid(replicaset))
        mine: list[Object] = []
        if counts.active != counts.matching(meta.labels(replicaset["spec"]["template"])):  # some look different
            mine = [pod for pod in self.pods_of(replicaset) if pods.is_active(pod)]
        return adoption.claim(self, "pods", replicaset, mine)

    def compare(self, replicaset: Object) -> None:
        """Create what is missing, delete what is too much, or just report."""
        has, wants = self.tally.of(meta.uid(replicaset)).active, replicaset["spec"].get("replicas", 1)
        if has == wants or meta.is_deleting(replicaset):
            self.report(replicaset)
        elif has < wants:
            self.create_batch(replicaset, left=min(wants - has, BURST), previous=0)
        else:
            self.delete_some(replicaset, min(has - wants, BURST))

    def after(self, key: str, answers: list[Answer], span: int) -> None:
        """Go on after claiming, after a batch, after deletions; nothing follows a status."""
        replicaset = self.lister(self.resource).get(key)
        step, data = answers[0][0], answers[0][1]
        if replicaset is None or step == "status":
            return
        if step in ("adopt", "release"):
            if not refused(answers):
                self.compare(replicaset)
            return
        verb = "create" if step == "created" else "delete"
        tell_refusals(self, replicaset, answers, verb)
        for answer in answers if step == "created" else ():
            self.tell_name(answer)
        wrong = refused(answers)
        if step == "created" and not wrong and data["left"]:
            self.create_batch(replicaset, data["left"], data["batch"])
        else:
            self.report(replicaset, wrong, verb)

    def failed(self, key: str, answers: list[Answer]) -> bool:
        """A namespace on its way out takes no new pods: no reason to try again."""
        return super().failed(key, [answer for answer in answers if not is_namespace_terminating(answer)])

    def create_batch(self, replicaset: Object, left: int, previous: int) -> None:
        """Create the next batch; each answer remembers how many are left then."""
        batch = next_batch(left, previous)
        spec = replicaset["spec"]
        pod = pods.from_template(spec["template"], replicaset)
        has, wants = self.tally.of(meta.uid(replicaset)).active, spec.get("replicas", 1)
        told = {"has": has, "wants": wants, "count": batch, "pod": f"{meta.name(replicaset)}-…"}
        for number in range(batch):
            self.create(
                "pods", pod, then="created", data={"batch": batch, "left": left - batch, "told": told}, args=told,
                phrase=self.told("create" if batch == 1 else "create.batch"),
                level=STORY if number == 0 else DETAIL, subject=meta.name(replicaset),
                detail={"rule": "slow start", "batch": batch, "left": left - batch} if wants - has > 1 else None)

    def delete_some(self, replicaset: Object, count: int) -> None:
        """Delete the `count` pods that rank lowest."""
        has, wants = self.tally.of(meta.uid(replicaset)).active, replicaset["spec"].get("replicas", 1)
        active = [pod for pod in self.pods_of(replicaset) if pods.is_active(pod)]
        siblings = self.siblings_by_node(replicaset)
        now = self.kernel.epoch + self.now
        ranked = sorted(((rank_for_deletion(pod, siblings.get(pod["spec"].get("nodeName", ""), 0), now), pod)
                         for pod in active), key=lambda pair: pair[0])
        first_kept = ranked[count][0] if count < len(ranked) else None
        for rank, pod in ranked[:count]:
            rule = why(rank, first_kept) if first_kept else "none are wanted"
            self.delete("pods", pod, then="deleted", data={"pod": meta.name(pod)}, subject=meta.name(pod),
                        phrase=self.told("delete"), args={"has": has, "wants": wants, "pod": meta.name(pod)},
                        detail={"rule": "rank_for_deletion", "because": rule})

    def told(self, what: str) -> str:
        """The key of a phrase."""
        return f"{self.kind.lower()}.{what}"

    def pods_of(self, replicaset: Object) -> list[Object]:
        """The pods it controls, by name."""
        return adoption.owned(self.lister("pods"), replicaset)

    def siblings_by_node(self, replicaset: Object) -> dict[str, int]:
        """Active pods per node, of all ReplicaSets of the same Deployment."""
        owner = meta.controller_of(replicaset)
        family = self.lister(self.resource).by(adoption.INDEX, owner["uid"]) if owner else [replicaset]
        found: dict[str, int] = {}
        for member in family:
            for pod in self.lister("pods").by(adoption.INDEX, meta.uid(member)):
                if pods.is_active(pod):
                    node = pod["spec"].get("nodeName", "")
                    found[node] = found.get(node, 0) + 1
        return found

    def status_of(self, owner: Object, counts: Counts, mine: list[Object], now: int, error: str, verb: str) -> Object:
        """What it sees, as its status says it."""
        return status_of(owner, counts, mine, now, error, verb)

    def report(self, replicaset: Object, error: str = "", verb: str = "create") -> None:
        """Write the status if it changed, and come back when the next pod will have been ready for long enough."""
        now = self.kernel.epoch + self.now
        counts = self.tally.of(meta.uid(replicaset))
        waiting = replicaset["spec"].get("minReadySeconds", 0)
        mine = self.pods_of(replicaset) if waiting else []
        status = self.status_of(replicaset, counts, mine, now, error, verb)
        if status != replicaset.get("status"):
            self.update_status(self.resource, {**replicaset, "status": status}, then="status",
                               subject=meta.name(replicaset), phrase=self.told("status"), level=DETAIL,
                               args={"replicaset": meta.name(replicaset), "has": counts.active, "ready": counts.ready})
        pause = next_availability(mine, waiting, now)
        if pause is not None:
            self.requeue(meta.key(replicaset), pause)
