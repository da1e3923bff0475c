"""The DaemonSet controller: one pod on every node that fits.

It watches DaemonSets, pods and nodes. For each node it asks: should one run here (daemon_rules.py), and does one?
It creates and deletes accordingly; a failed daemon pod is deleted, and the next look makes a new one. A changed
template is rolled out by deleting old pods, or by making new ones beside them first (daemon_update.py). A pod that
fails again and again is deleted after pauses that double, from 1 s to 15 min.

Source: kubernetes pkg/controller/daemon/daemon_controller.go, update.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.client.controller_host import ControllerHost
from cluster_sim.controllers import adoption, controller_history, daemon_rules, daemon_update, pods
from cluster_sim.controllers.controller_history import HASH
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.refusals import is_namespace_terminating, refused, tell_refusals
from cluster_sim.controllers.template_hash import compute_hash
from cluster_sim.kernel import DETAIL, SECOND
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "daemonset.create": "DaemonSet controller finds no pod of {daemonset} on {node} and creates one",
    "daemonset.surge": "DaemonSet controller creates a new pod of {daemonset} on {node}, beside the old one",
    "daemonset.delete": "DaemonSet controller deletes {pod} on {node}: {why}",
    "daemonset.revision": "DaemonSet controller notes a new template of {owner}",
    "daemonset.status": "DaemonSet controller writes down: {daemonset} has pods on {current} of {desired} nodes",
}, file="cluster_sim/controllers/daemonset.py")

BURST = 250
FIRST_PAUSE, LONGEST_PAUSE = 1 * SECOND, 900 * SECOND  # between deletions of failed pods on one node


class DaemonSetController(Controller):
    """Pods of DaemonSets."""

    name = "daemonset"
    account = "daemon-set-controller"
    watches = ("daemonsets", "pods", "nodes", "controllerrevisions")
    owner_kind = "DaemonSet"

    def __init__(self, process: ControllerHost) -> None:
        super().__init__(process)
        adoption.index_by_controller(self.lister("pods"))
        adoption.index_by_controller(self.lister("controllerrevisions"))
        self.pauses: dict[str, Any] = self.state.setdefault("pauses", {})  # DaemonSet and node → [since, how long]

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A DaemonSet; the owner of a pod or a revision; for a node that came, went or changed its ways, all."""
        if resource == "daemonsets":
            return super().keys(resource, old, new)
        informer = self.lister("daemonsets")
        if resource == "nodes":
            return [] if old is not None and new is not None and _ways(old) == _ways(new) else [*informer.objects]
        return adoption.concerned(informer, old, new, "DaemonSet")

    def sync(self, key: str, span: int) -> None:
        """The revision first, then each node, then old pods."""
        daemonset = self.lister("daemonsets").get(key)
        if daemonset is None:
            return
        mine = adoption.owned(self.lister("pods"), daemonset)
        if adoption.claim(self, "pods", daemonset, mine):
            return
        if meta.is_deleting(daemonset):
            self.report(daemonset, "")
            return
        word = compute_hash(daemonset["spec"]["template"], (daemonset.get("status") or {}).get("collisionCount"))
        known = controller_history.revisions_of(self, daemonset)
        labels = (daemonset["spec"]["template"].get("metadata") or {}).get("labels") or {}
        made = controller_history.new_revision(daemonset, known, 0, word, labels)
        present = controller_history.ensure(self, daemonset, known, made, "daemonset.revision")
        if present is None:
            return
        word = meta.labels(present)[HASH]
        by_node = self.by_node(mine)
        if not self.manage(daemonset, by_node, word) and not self.roll(daemonset, by_node, word):
            self.clean_up(daemonset, known, mine)
            self.report(daemonset, word)

    def after(self, key: str, answers: list[Answer], span: int) -> None:
        """Tell what was created and deleted, then report."""
        daemonset, step = self.lister("daemonsets").get(key), answers[0][0]
        if daemonset is None or step in ("status", "adopt", "release"):
            return
        tell_refusals(self, daemonset, [answer for answer in answers if answer[0] == "created"], "create")
        tell_refusals(self, daemonset, [answer for answer in answers if answer[0] == "deleted"], "delete")
        if step == "revision" and not refused(answers):
            self.sync(key, span)

    def failed(self, key: str, answers: list[Answer]) -> bool:
        """A namespace on its way out takes no pods."""
        return super().failed(key, [answer for answer in answers if not is_namespace_terminating(answer)])

    def by_node(self, mine: list[Object]) -> dict[str, list[Object]]:
        """Its pods by the node they are on or meant for, oldest first."""
        found: dict[str, list[Object]] = {}
        for pod in daemon_update.in_order(mine):
            found.setdefault(daemon_rules.node_of(pod), []).append(pod)
        return found

    def manage(self, daemonset: Object, by_node: dict[str, list[Object]], word: str) -> bool:
        """Create and delete until each node has what it should; → whether anything had to be written."""
        to_create: list[str] = []
        to_delete: list[tuple[Object, str]] = []
        nodes = {meta.name(node): node for node in self.lister("nodes").list()}
        for name in sorted(nodes):
            should, may_stay = daemon_rules.should_run(daemonset, nodes[name])
            there = by_node.get(name, [])
            if should and not there:
                to_create.append(name)
            elif not may_stay:
                to_delete += [(pod, "the node does not fit") for pod in there if not meta.is_deleting(pod)]
            else:
                to_delete += self.surplus(daemonset, [pod for pod in there if not meta.is_deleting(pod)], name, word)
        to_delete += [(pod, "its node is gone") for name, there in sorted(by_node.items()) if name not in nodes
                      for pod in there if not pod["spec"].get("nodeName") and not meta.is_deleting(pod)]
        for name in to_create[:BURST]:
            self.create("pods", daemon_rules.daemon_pod(daemonset, name, word), then="created", subject=name,
                        phrase="daemonset.create", args={"daemonset": meta.name(daemonset), "node": name})
        for pod, why in to_delete[:BURST]:
            self.remove(pod, why)
        return bool(to_create or to_delete)

    def surplus(self, daemonset: Object, there: list[Object], node: str, word: str) -> list[tuple[Object, str]]:
        """Finished pods, and those that are too many."""
        found: list[tuple[Object, str]] = []
        running: list[Object] = []
        for pod in there:
            phase, full = pods.phase(pod), meta.key(pod)
            if phase == "Failed" and self.is_pausing(daemonset, node):
                continue
            if phase == "Failed":
                self.event(daemonset, "Warning", "FailedDaemonPod",
                           f"Found failed daemon pod {full} on node {node}, will try to kill it")
                found.append((pod, "it failed"))
            elif phase == "Succeeded":
                self.event(daemonset, "Normal", "SucceededDaemonPod",
                           f"Found succeeded daemon pod {full} on node {node}, will try to delete it")
                found.append((pod, "it has ended"))
            else:
                running.append(pod)
        surging, wait = daemon_rules.limits(daemonset, 1)[0] > 0, daemonset["spec"].get("minReadySeconds", 0)
        many = daemon_update.surplus(running, word, surging, wait, self.kernel.epoch + self.now)
        return found + [(pod, "a newer one has taken its place" if surging else "there is an older one") for pod in many]

    def is_pausing(self, daemonset: Object, node: str) -> bool:
        """Whether it is too early to delete another failed pod there; if not, the next pause begins."""
        key = f"{meta.uid(daemonset)}/{node}"
        since, pause = self.pauses.get(key, (0, 0))
        if pause and self.now - since <= pause:
            self.requeue(meta.key(daemonset), since + pause + 1 - self.now)
            return True
        doubled = min(pause * 2, LONGEST_PAUSE) if self.now - since <= 2 * LONGEST_PAUSE else 0
        self.pauses[key] = [self.now, doubled or FIRST_PAUSE]
        return False

    def roll(self, daemonset: Object, by_node: dict[str, list[Object]], word: str) -> bool:
        """Replace old pods as far as maxUnavailable or maxSurge allows; → whether there were any."""
        if (daemonset["spec"].get("updateStrategy") or {}).get("type", "RollingUpdate") != "RollingUpdate":
            return False
        nodes = {meta.name(node): node for node in self.lister("nodes").list()}
        should = {name: daemon_rules.should_run(daemonset, nodes[name])[0] for name in sorted(nodes)}
        wait, now = daemonset["spec"].get("minReadySeconds", 0), self.kernel.epoch + self.now
        most, unavailable = daemon_rules.limits(daemonset, sum(should.values()))
        there = {name: by_node.get(name, []) for name, wanted in should.items() if wanted or name in by_node}
        step = (daemon_update.surge(there, should, word, most, wait, now) if most else
                daemon_update.replace(there, word, unavailable, wait, now))
        for name in step.create:
            self.create("pods", daemon_rules.daemon_pod(daemonset, name, word), then="created", subject=name,
                        phrase="daemonset.surge", args={"daemonset": meta.name(daemonset), "node": name})
        for pod in step.delete:
            self.remove(pod, "its template is old")
        if wait and any(meta.labels(pod).get(HASH) == word and pods.is_ready(pod) and not pods.is_available(pod, wait, now)
                        for pod in (one for mine in there.values() for one in mine)):
            self.requeue(meta.key(daemonset), SECOND)
        return bool(step.create or step.delete)

    def remove(self, pod: Object, why: str) -> None:
        """Delete one pod."""
        self.delete("pods", pod, then="deleted", data={"pod": meta.name(pod)}, subject=meta.name(pod),
                    phrase="daemonset.delete", detail={"rule": why},
                    args={"pod": meta.name(pod), "node": daemon_rules.node_of(pod), "why": why})

    def clean_up(self, daemonset: Object, known: list[Object], mine: list[Object]) -> None:
        """Delete revisions beyond the limit that no pod has."""
        used = [f"{meta.name(daemonset)}-{meta.labels(pod).get(HASH)}" for pod in mine]
        limit = daemonset["spec"].get("revisionHistoryLimit", 10)
        for one in controller_history.to_clean_up(known[:-1], used, limit):
            self.delete("controllerrevisions", one, then="status", subject=meta.name(one))

    def report(self, daemonset: Object, word: str) -> None:
        """Count over all nodes, and write that if it changed."""
        now, wait = self.kernel.epoch + self.now, daemonset["spec"].get("minReadySeconds", 0)
        by_node = self.by_node(adoption.owned(self.lister("pods"), daemonset))
        counts = dict.fromkeys(("currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady",
                                "updatedNumberScheduled", "numberAvailable"), 0)
        for node in self.lister("nodes").list():
            there = by_node.get(meta.name(node), [])
            if not daemon_rules.should_run(daemonset, node)[0]:
                counts["numberMisscheduled"] += bool(there)
                continue
            counts["desiredNumberScheduled"] += 1
            if there:
                counts["currentNumberScheduled"] += 1
                counts["numberReady"] += pods.is_ready(there[0])
                counts["numberAvailable"] += pods.is_available(there[0], wait, now)
                counts["updatedNumberScheduled"] += meta.labels(there[0]).get(HASH) == word
        counts["numberUnavailable"] = counts["desiredNumberScheduled"] - counts["numberAvailable"]
        always = ("currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady")
        old = daemonset.get("status") or {}
        status = {**{field: count for field, count in counts.items() if count or field in always},
                  "observedGeneration": meta.generation(daemonset)}
        status |= {field: old[field] for field in ("collisionCount", "conditions") if field in old}
        if status != old:
            self.update_status("daemonsets", {**daemonset, "status": status}, then="status", level=DETAIL,
                               subject=meta.name(daemonset), phrase="daemonset.status",
                               args={"daemonset": meta.name(daemonset), "current": counts["currentNumberScheduled"],
                                     "desired": counts["desiredNumberScheduled"]})
        if wait and counts["numberReady"] > counts["numberAvailable"]:
            self.requeue(meta.key(daemonset), SECOND)


def _ways(node: Object) -> tuple[object, ...]:
    """What decides whether daemon pods run there."""
    spec = node.get("spec") or {}
    return meta.labels(node), spec.get("taints"), spec.get("unschedulable")
