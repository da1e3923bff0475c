"""The StatefulSet controller: pods with names, in order.

Each pod has an ordinal (`db-0`, `db-1`…), a name in DNS and claims of its own, and gets the same ones back whenever it
is made anew. With podManagementPolicy OrderedReady, the default, one thing happens at a time: `db-1` is created when
`db-0` is ready, and `db-2` must be gone before `db-1` goes. Updates go from the highest ordinal down to `partition`.

At each look the rules below are tried in order and the first that wants something done ends it:
make what is missing (`grow`), delete what is too much (`shrink`), replace what has an old template (`roll`).

Source: kubernetes pkg/controller/statefulset/stateful_set_control.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.client.controller_host import ControllerHost
from cluster_sim.controllers import adoption, controller_history, pods, statefulset_status
from cluster_sim.controllers import stateful_identity as identity
from cluster_sim.controllers.controller_history import HASH
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.refusals import is_namespace_terminating, is_refusal, message_of, refused
from cluster_sim.controllers.stateful_update import is_available, is_ordered, to_replace
from cluster_sim.kernel import DETAIL, SECOND
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "statefulset.create": "StatefulSet controller creates {pod}: everything below it is ready",
    "statefulset.create.parallel": "StatefulSet controller creates {pod}",
    "statefulset.claim": "StatefulSet controller creates claim {claim} for {pod}",
    "statefulset.delete": "StatefulSet controller deletes {pod}: {why}",
    "statefulset.revision": "StatefulSet controller notes a new template of {owner}",
    "statefulset.status": "StatefulSet controller writes down what it sees of {statefulset}",
}, file="cluster_sim/controllers/statefulset.py")

MESSAGES = {"pod": ("{verb} Pod {pod} in StatefulSet {set} successful",
                    "{verb} Pod {pod} in StatefulSet {set} failed error: {error}"),
            "claim": ("{verb} Claim {claim} Pod {pod} in StatefulSet {set} success",
                      "{verb} Claim {claim} for Pod {pod} in StatefulSet {set} failed error: {error}")}


class StatefulSetController(Controller):
    """Pods of StatefulSets."""

    name = "statefulset"
    account = "statefulset-controller"
    watches = ("statefulsets", "pods", "persistentvolumeclaims", "controllerrevisions")
    owner_kind = "StatefulSet"

    def __init__(self, process: ControllerHost) -> None:
        super().__init__(process)
        adoption.index_by_controller(self.lister("pods"))
        adoption.index_by_controller(self.lister("controllerrevisions"))

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A StatefulSet; the owner of a pod or a revision. Claims are only read."""
        if resource == "statefulsets":
            return super().keys(resource, old, new)
        if resource == "persistentvolumeclaims":
            return ()
        return adoption.concerned(self.lister("statefulsets"), old, new, "StatefulSet")

    def sync(self, key: str, span: int) -> None:
        """The first rule that wants something done, else the status."""
        statefulset = self.lister("statefulsets").get(key)
        if statefulset is None:
            return
        mine = self.pods_of(statefulset)
        if adoption.claim(self, "pods", statefulset, mine) or meta.is_deleting(statefulset):
            return
        known = controller_history.revisions_of(self, statefulset)
        collisions = (statefulset.get("status") or {}).get("collisionCount", 0)
        labels = (statefulset["spec"].get("selector") or {}).get("matchLabels")
        made = controller_history.new_revision(statefulset, known, collisions, None, labels)
        update = controller_history.ensure(self, statefulset, known, made, "statefulset.revision")
        if update is None:
            return
        current = self.current_revision(statefulset, known) or update
        if not (self.grow(statefulset, mine, current, update) or self.shrink(statefulset, mine)
                or self.roll(statefulset, mine, meta.name(update))):
            self.tidy(statefulset, known, mine, current, update)
        self.report(statefulset, meta.name(current), meta.name(update))

    def after(self, key: str, answers: list[Answer], span: int) -> None:
        """Events for pods and claims; the pod after its claims; then look again."""
        statefulset, step = self.lister("statefulsets").get(key), answers[0][0]
        if statefulset is None:
            return
        for answer in answers:
            if answer[0] in ("pod", "claim") and not is_namespace_terminating(answer):
                self.tell(statefulset, answer)
        if step in ("claim", "kept", "revision") and not refused(answers):
            self.sync(key, span)

    def failed(self, key: str, answers: list[Answer]) -> bool:
        """What is there already need not be made, and a namespace on its way out takes nothing."""
        return super().failed(key, [answer for answer in answers if not (
            is_namespace_terminating(answer) or (answer[2] == 409 and answer[0] == "claim"))])

    def tell(self, statefulset: Object, answer: Answer) -> None:
        """An Event for one pod or claim."""
        kind, data, _, body = answer
        good, bad = MESSAGES[kind]
        told = {**data, "set": meta.name(statefulset), "error": message_of(body)}
        if is_refusal(answer):
            self.event(statefulset, "Warning", f"Failed{data['verb']}", bad.format(**told))
        else:
            self.event(statefulset, "Normal", f"Successful{data['verb']}", good.format(**told))

    # The rules

    def grow(self, statefulset: Object, mine: list[Object], current: Object, update: Object) -> bool:
        """Make what is missing, lowest ordinal first; → whether that, or waiting for it, ends this look."""
        ordered = is_ordered(statefulset)
        by_ordinal = {identity.ordinal_of(pod): pod for pod in mine}
        busy = False
        for ordinal in identity.ordinals(statefulset):
            pod = by_ordinal.get(ordinal)
            if pod is None:
                revision = current if self.wants_current(statefulset, ordinal) else update
                self.make(statefulset, revision, ordinal)
                busy = True
            elif pods.is_terminal(pod) and not meta.is_deleting(pod):
                self.remove(pod, "it has ended")
                busy = True
            elif self.claim_missing(statefulset, pod) or (ordered and not self.is_settled(statefulset, pod)):
                return True
            elif self.keep_claims(statefulset, pod):
                busy = True
            if busy and ordered:
                return True
        return busy

    def is_settled(self, statefulset: Object, pod: Object) -> bool:
        """So far along that the next one may come."""
        wait = statefulset["spec"].get("minReadySeconds", 0)
        settled = is_available(statefulset, pod, self.kernel.epoch + self.now)
        if not settled and wait:
            self.requeue(meta.key(statefulset), SECOND)
        return settled

    def claim_missing(self, statefulset: Object, pod: Object) -> bool:
        """A pod that waits for a claim that is not there gets it; → whether that was asked for."""
        return pods.phase(pod) == "Pending" and not meta.is_deleting(pod) and self.make_claims(statefulset, meta.name(pod))

    def make_claims(self, statefulset: Object, pod: str) -> bool:
        """Create the claims of a pod that are not there; → whether there were any."""
        claims = [claim for claim in identity.claims_of(statefulset, pod)
                  if self.lister("persistentvolumeclaims").get(meta.key(claim)) is None]
        for claim in claims:
            if identity.retention(statefulset)[1] == "Delete":
                claim = meta.with_metadata(claim, ownerReferences=[meta.owner_reference(statefulset)])
            self.create("persistentvolumeclaims", claim, then="claim", subject=meta.name(claim),
                        data={"verb": "Create", "pod": pod, "claim": meta.name(claim)}, phrase="statefulset.claim",
                        args={"claim": meta.name(claim), "pod": pod})
        return bool(claims)

    def make(self, statefulset: Object, revision: Object, ordinal: int) -> None:
        """Create a pod; its claims come first, and those of a pod before it must have gone with it."""
        name = f"{meta.name(statefulset)}-{ordinal}"
        claims = [self.lister("persistentvolumeclaims").get(meta.key(one)) for one in identity.claims_of(statefulset, name)]
        if any(claim is not None and identity.is_stale(claim, name) for claim in claims):
            self.requeue(meta.key(statefulset), SECOND)
        elif not self.make_claims(statefulset, name):
            template = {key: value for key, value in revision["data"]["spec"]["template"].items() if key != "$patch"}
            pod = identity.stateful_pod(statefulset, template, meta.name(revision), ordinal)
            phrase = "statefulset.create" if is_ordered(statefulset) else "statefulset.create.parallel"
            self.create("pods", pod, then="pod", data={"verb": "Create", "pod": name}, subject=name, phrase=phrase,
                        args={"pod": name})

    def shrink(self, statefulset: Object, mine: list[Object]) -> bool:
        """Delete ordinals that are too high, highest first; → whether that, or waiting for it, ends this look."""
        wanted, now = identity.ordinals(statefulset), self.kernel.epoch + self.now
        condemned = sorted((pod for pod in mine if identity.ordinal_of(pod) not in wanted and identity.ordinal_of(pod) >= 0),
                           key=identity.ordinal_of, reverse=True)
        kept = [self.keep_claims(statefulset, pod) for pod in condemned]
        if any(kept):
            return True
        ill = [pod for pod in condemned if not is_available(statefulset, pod, now)]
        for pod in condemned:
            if is_ordered(statefulset):
                if not meta.is_deleting(pod) and (pod not in ill or pod is ill[-1]):  # else one below is ill: wait for it
                    self.remove(pod, f"replicas is {statefulset['spec'].get('replicas', 1)}")
                return True
            if not meta.is_deleting(pod):
                self.remove(pod, f"replicas is {statefulset['spec'].get('replicas', 1)}")
        return any(not meta.is_deleting(pod) for pod in condemned)

    def keep_claims(self, statefulset: Object, pod: Object) -> bool:
        """Let the pod's claims belong to whom persistentVolumeClaimRetentionPolicy says; → whether that was written."""
        written = False
        holder = identity.claim_holder(statefulset, pod)
        for template in identity.claim_templates(statefulset):
            key = f"{meta.namespace(pod)}/{identity.claim_name(template, meta.name(pod))}"
            claim = self.lister("persistentvolumeclaims").get(key)
            if claim is None:
                continue
            others = [ref for ref in meta.owners(claim) if ref["uid"] not in (meta.uid(pod), meta.uid(statefulset))]
            wanted = [*others, *([meta.owner_reference(holder)] if holder is not None else [])]
            if [ref["uid"] for ref in wanted] != [ref["uid"] for ref in meta.owners(claim)]:
                self.update("persistentvolumeclaims", meta.with_metadata(claim, ownerReferences=wanted or None), then="kept",
                            subject=meta.name(claim))
                written = True
        return written

    def roll(self, statefulset: Object, mine: list[Object], update: str) -> bool:
        """Delete pods of an old template as far as that is safe; → whether there were any."""
        outdated = to_replace(statefulset, mine, update, self.kernel.epoch + self.now)
        for pod in outdated:
            self.remove(pod, "its template is old")
        return bool(outdated)

    def remove(self, pod: Object, why: str) -> None:
        """Delete one pod."""
        self.delete("pods", pod, then="pod", data={"verb": "Delete", "pod": meta.name(pod)}, subject=meta.name(pod),
                    phrase="statefulset.delete", args={"pod": meta.name(pod), "why": why})

    # What it knows and writes

    def pods_of(self, statefulset: Object) -> list[Object]:
        """Its pods, lowest ordinal first."""
        return sorted(adoption.owned(self.lister("pods"), statefulset), key=identity.ordinal_of)

    def current_revision(self, statefulset: Object, known: list[Object]) -> Object | None:
        """The revision that pods below the partition keep."""
        name = (statefulset.get("status") or {}).get("currentRevision")
        return next((one for one in known if meta.name(one) == name), None)

    def wants_current(self, statefulset: Object, ordinal: int) -> bool:
        """Whether a pod made now gets the old template."""
        strategy = statefulset["spec"].get("updateStrategy") or {}
        if strategy.get("type", "RollingUpdate") != "RollingUpdate":
            return False
        start, rolling = identity.ordinals(statefulset).start, strategy.get("rollingUpdate")
        if rolling is None:
            return ordinal < start + (statefulset.get("status") or {}).get("currentReplicas", 0)
        return ordinal < start + int(rolling.get("partition", 0))

    def tidy(self, statefulset: Object, known: list[Object], mine: list[Object], current: Object,
             update: Object) -> None:
        """Delete revisions beyond the limit that nobody has."""
        used = [meta.name(current), meta.name(update), *(meta.labels(pod).get(HASH, "") for pod in mine)]
        for one in controller_history.to_clean_up(known, used, statefulset["spec"].get("revisionHistoryLimit", 10)):
            self.delete("controllerrevisions", one, then="cleaned", subject=meta.name(one))

    def report(self, statefulset: Object, current: str, update: str) -> None:
        """Write the status if it changed."""
        now = self.kernel.epoch + self.now
        status = statefulset_status.status_of(statefulset, self.pods_of(statefulset), current, update, now)
        if status != (statefulset.get("status") or {}):
            self.update_status("statefulsets", {**statefulset, "status": status}, then="status", level=DETAIL,
                               subject=meta.name(statefulset), phrase="statefulset.status",
                               args={"statefulset": meta.name(statefulset)})
