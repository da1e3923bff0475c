"""The scheduler: finds pods without a node, and writes down a node for each. It calls no kubelet.

One pod at a time: filter the nodes, score those that are left, *assume* the best in its own picture, and send the
Binding. The answer is not waited for; the next pod is judged as if the last were already there. If the API server
refuses, the assumption is dropped and the pod tried again.

Of several schedulers one decides: the one that holds the Lease. The others keep their copies and queues current, so
that whoever is elected next can go on at once.

Source: kubernetes pkg/scheduler/schedule_one.go, eventhandlers.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.client import Process, Watch
from cluster_sim.client.event_recorder import record
from cluster_sim.client.informer import key_of
from cluster_sim.client.leader_election import TIMER, LeaderElector
from cluster_sim.kernel import MS, STORY
from cluster_sim.kernel.span import register_phrases
from cluster_sim.scheduler import failure, volumes
from cluster_sim.scheduler.cache import Cache
from cluster_sim.scheduler.decision import Decision, decide
from cluster_sim.scheduler.framework import Cycle, Event, Lister, own_changes
from cluster_sim.scheduler.plugins import BY_NAME
from cluster_sim.scheduler.queue import SchedulingQueue
from cluster_sim.scheduler.ranking import Ranking
from cluster_sim.scheduler.telling import phrase_of

Object = dict[str, Any]
NAME = "default-scheduler"
CYCLE = 1 * MS  # virtual time of one decision; a real scheduler makes some hundred a second
RANKINGS = 32  # shapes of pods whose rankings are kept
SELECTING = ("services", "replicasets", "statefulsets", "replicationcontrollers")
STORAGE = {"persistentvolumeclaims": "claim", "persistentvolumes": "volume", "storageclasses": "class",
           "csinodes": "csi-node", "csidrivers": "csi-driver", "csistoragecapacities": "capacity"}  # resource → kind of event

register_phrases({
    "scheduler.refused": "The API server refuses to bind {pod}; Scheduler will try again",
}, file="cluster_sim/scheduler/scheduler.py")


class Scheduler(Process):
    """kube-scheduler."""

    kind = "kube-scheduler"
    user = "system:kube-scheduler"
    watches = (
        Watch("pods", field_selector="status.phase!=Succeeded,status.phase!=Failed"), Watch("nodes"),
        Watch("namespaces"), *(Watch(resource) for resource in SELECTING), Watch("persistentvolumeclaims"),
        Watch("persistentvolumes"), Watch("storageclasses"), Watch("poddisruptionbudgets"),
        *(Watch(resource) for resource in ("csinodes", "csidrivers", "csistoragecapacities", "volumeattachments")),
    )

    def reset(self) -> None:
        """Queue and assumptions are memory: a new process begins from what the API server knows."""
        super().reset()
        self.state.update({"queue": {}, "assumed": {}, "nominated": {}, "volumes": {}, "start": 0, "cycling": False, "flush": 0})

    def rebuild(self) -> None:
        """The picture of the cluster, from the informers' copies and the assumptions."""
        super().rebuild()
        self.elector = LeaderElector(self, self, self.kind, NAME)
        self.queue = SchedulingQueue(self.state["queue"])
        self.filled = False  # whether every copy has had its first list
        self.cache = Cache()
        self.rankings: dict[str, Ranking] = {}
        self.listers: dict[str, Lister] = dict(self.informers)
        for name, node in self.informers["nodes"].objects.items():
            self.cache.set_node(name, node)
        for key, pod in self.informers["pods"].objects.items():
            node_name = pod["spec"].get("nodeName") or self.state["assumed"].get(key)
            if node_name:
                self.cache.add(key, pod, node_name)
            elif key in self.state["nominated"]:
                self.cache.nominate(key, pod, self.state["nominated"][key])

    def start(self, cause: int) -> None:
        """Fill the copies, and stand for election."""
        super().start(cause)
        self.elector.begin(cause)

    def lead(self, span: int) -> None:
        """Elected: decisions may begin."""
        self.wake(span)

    # What it hears

    def observe(self, resource: str, event: str, old: Object | None, new: Object | None, span: int) -> None:
        """Keep the picture current, and wake pods that the change may help."""
        if resource == "pods":
            self._pod(key_of(new or old or {}), old, new, span)
        elif resource == "nodes":
            self._node(old, new, span)
        elif resource in SELECTING:
            if (old or {}).get("spec", {}).get("selector") != (new or {}).get("spec", {}).get("selector"):
                self.cache.invalidate()
        elif resource in STORAGE:
            self._happened(STORAGE[resource], span, old, new)
            volumes.go_on(self, span)
        elif resource == "volumeattachments" and new is None:
            self._happened("attachment-delete", span, old)
        self.wake(span)

    def _pod(self, key: str, old: Object | None, new: Object | None, span: int) -> None:
        if new is None:
            self.queue.remove(key)
            self.state["assumed"].pop(key, None)
            self.state["volumes"].pop(key, None)
            self.nominate(key, None, None)
            if self.cache.remove(key):
                self._happened("pod-delete", span, old)
        elif new["spec"].get("nodeName"):
            self._assigned(key, old, new, span)
        elif (new["spec"].get("schedulerName") or NAME) == NAME and not new["spec"].get("schedulingGates"):
            if key not in self.queue.pods:
                self.queue.add(key, int(new["spec"].get("priority") or 0), self.kernel.now, span)
            elif old is None or self._reconsiders(key, old, new):
                self.queue.wake(key, self.kernel.now, span)
            nominated = (new.get("status") or {}).get("nominatedNodeName")
            if key not in self.state["assumed"] and nominated != ((old or {}).get("status") or {}).get("nominatedNodeName"):
                self.nominate(key, new, nominated)

    def _reconsiders(self, key: str, old: Object, new: Object) -> bool:
        """Whether a change of the pod itself may change the mind of a plugin that turned it down."""
        kinds = own_changes(old, new)
        plugins = self.queue.pods[key]["plugins"]
        return bool(kinds) and (not plugins or any(kind in BY_NAME[name].wakes for kind in kinds for name in plugins))

    def _assigned(self, key: str, old: Object | None, new: Object, span: int) -> None:
        node_name = new["spec"]["nodeName"]
        self.state["assumed"].pop(key, None)
        if key in self.queue.pods:
            self.queue.remove(key)
            self.nominate(key, None, None)
        if self.cache.refresh(key, new, node_name):
            if old is None or not old["spec"].get("nodeName"):
                self._happened("pod-add", span, None, new)
            return
        known = key in self.cache.pod_nodes
        self.cache.add(key, new, node_name)
        if not known:
            self._happened("pod-add", span, None, new)
        elif old is not None and old["metadata"].get("labels") != new["metadata"].get("labels"):
            self._happened("pod-label", span, old, new)
        elif old is not None and old["spec"] != new["spec"]:
            self._happened("pod-scale-down", span, old, new)

    def _node(self, old: Object | None, new: Object | None, span: int) -> None:
        name = (new or old or {})["metadata"]["name"]
        self.cache.set_node(name, new)
        if old is None:
            self._happened("node-add", span, None, new)
        elif new is None:
            self._happened("node-delete", span, old)
        else:
            if old["metadata"].get("labels") != new["metadata"].get("labels"):
                self._happened("node-label", span, old, new)
            for kind, part, field in (("node-taint", "spec", "taints"), ("node-taint", "spec", "unschedulable"),
                                      ("node-allocatable", "status", "allocatable")):
                if (old.get(part) or {}).get(field) != (new.get(part) or {}).get(field):
                    self._happened(kind, span, old, new)

    def _happened(self, kind: str, span: int, old: Object | None = None, new: Object | None = None) -> None:
        """Wake pods that were turned down by a plugin which may now think otherwise."""
        if not self.queue.state["waiting"]:
            return
        event, known = Event(kind, old, new), {}  # type: Event, dict[tuple[str, str], bool]

        def helps(key: str, name: str) -> bool:
            plugin, pod = BY_NAME[name], self.informers["pods"].get(key)
            if pod is None or kind not in plugin.wakes:
                return False
            shape = self.cache.shape(pod)
            if (name, shape.key) not in known:
                known[name, shape.key] = plugin.helps(shape, event)
            return known[name, shape.key]

        self.queue.event(helps, self.kernel.now, span)

    # What it does

    def synced(self, span: int) -> None:
        """Every copy is filled: decisions may begin."""
        self.wake(span)

    def wake(self, cause: int) -> None:
        """Plan the next decision, or the end of a pause."""
        if self.state["cycling"] or not self.elector.leads:
            return
        if not self.filled:
            self.filled = all(one.synced for one in self.informers.values())
            if not self.filled:
                return
        if self.queue.busy():
            self.state["cycling"] = True
            self.kernel.timer(self.part, CYCLE, "schedule", cause=cause)
            return
        due = self.queue.next_time()
        if due is not None and (not self.state["flush"] or due < self.state["flush"]):
            self.state["flush"] = due
            self.kernel.timer(self.part, max(0, due - self.kernel.now), "flush", background=True)

    def on_timer(self, kind: str, payload: Any, span: int) -> None:
        """The time for a decision, or for pods whose pause is over."""
        if kind == TIMER:
            self.elector.due(payload, span)
            return
        if kind == "schedule":
            self.state["cycling"] = False
            key = self.queue.take(self.kernel.now)
            if key is not None:
                self._schedule(key)
        elif kind == "flush":
            self.state["flush"] = 0
            self.queue.flush(self.kernel.now)
        elif kind == "volumes":
            volumes.give_up(self, payload, span)
        self.wake(span)

    def _schedule(self, key: str) -> None:
        """One scheduling cycle."""
        pod, cause = self.informers["pods"].get(key), self.queue.pods[key]["cause"]
        if pod is None or pod["metadata"].get("deletionTimestamp"):
            self.queue.remove(key)
            return
        ranking = self.ranking(pod)
        ranking.nominated_key, ranking.nominated_priority = key, int(pod["spec"].get("priority") or 0)
        decision = decide(ranking, self.state["start"], self._draw, explain=self.kernel.trace.recording,
                          nominated=self.cache.nominated.get(key, ""))
        self.state["start"] = decision.next_start
        if decision.node is None:
            failure.handle(self, key, pod, ranking, decision, cause)
            return
        self.state["assumed"][key] = decision.node
        self.queue.pods[key]["place"] = "binding"
        self.nominate(key, None, None)
        self.cache.add(key, pod, decision.node, ranking.cycle.shape)
        if not volumes.begin(self, key, pod, ranking, decision, cause):
            self.bind(key, pod, decision, cause)

    def ranking(self, pod: Object) -> Ranking:
        """The ranking for pods of this shape; those used least recently are forgotten."""
        shape = self.cache.shape(pod)
        ranking = self.rankings.pop(shape.key, None)
        if ranking is None:
            ranking = Ranking(Cycle(shape, self.cache, self.listers))
            if len(self.rankings) >= RANKINGS:
                del self.rankings[next(iter(self.rankings))]
        self.rankings[shape.key] = ranking
        return ranking

    def _draw(self, below: int) -> int:
        return self.kernel.draw("scheduler", below)

    def bind(self, key: str, pod: Object, decision: Decision, cause: int) -> None:
        """Write the node into the pod: the Binding subresource is how."""
        meta = pod["metadata"]
        body = {"apiVersion": "v1", "kind": "Binding",
                "metadata": {"name": meta["name"], "namespace": meta["namespace"], "uid": meta["uid"]},
                "target": {"apiVersion": "v1", "kind": "Node", "name": decision.node}}
        self.request("POST", f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}/binding", body, cause=cause,
                     then="bound", data=[key, decision.node], subject=f"pod/{key}", level=STORY,
                     detail=decision.detail, **phrase_of(pod, decision.node, decision.detail))

    def on_election(self, step: int, status: int, body: Any, span: int) -> None:
        """About the Lease."""
        self.elector.answered(step, status, body, span)

    def on_bound(self, data: list[str], status: int, body: Any, span: int) -> None:
        """The API server has written it, or refused."""
        key, node = data
        pod = self.informers["pods"].get(key)
        if status in (200, 201):
            if pod is not None:
                record(self, NAME, pod, "Normal", "Scheduled", f"Successfully assigned {key} to {node}", span)
            return
        self.forget(key)
        if pod is None or status == 404:
            self.queue.remove(key)
        else:
            span = self.kernel.work(self.part, span, verb="retry", subject=f"pod/{key}", phrase="scheduler.refused",
                                    args={"pod": pod["metadata"]["name"]}, level=STORY)
            record(self, NAME, pod, "Warning", "FailedScheduling",
                   f'binding rejected: running Bind plugin "DefaultBinder": {(body or {}).get("message", "")}', span)
            self.queue.failed(key, self.kernel.now, [], error=True)
        self.wake(span)

    def on_condemned(self, data: list[Any], status: int, body: Any, span: int) -> None:
        """A victim of preemption knows why; now it is deleted."""
        failure.execute(self, data, status, span)

    def on_set_aside(self, key: str, status: int, body: Any, span: int) -> None:
        """A volume was set aside, or its claim told the node; if that failed the pod is tried anew."""
        if status not in (200, 201):
            volumes.give_up(self, key, span)
            self.wake(span)

    def nominate(self, key: str, pod: Object | None, node: str | None) -> None:
        """The pod waits for victims on the node to be gone (None: no longer)."""
        if node is not None:
            self.state["nominated"][key] = node
        elif self.state["nominated"].pop(key, None) is None:
            return
        self.cache.nominate(key, pod, node)

    def forget(self, key: str) -> None:
        """Drop an assumption that did not come true."""
        if self.state["assumed"].pop(key, None) is not None:
            self.cache.remove(key)

    def view(self) -> dict[str, Any]:
        """The process: whether it leads; its queue (how many pods wait where), and the first that fit nowhere."""
        return {**super().view(), "leader": self.elector.leads, "queue": self.queue.places(),
                "unschedulable": list(self.queue.state["waiting"])[:20]}
