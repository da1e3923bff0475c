"""Static pods: those a kubelet runs from files on its own machine, and shows the API server as mirror pods.

That is how a control plane's machine runs its own API server, before there is any to ask. The kubelet restarts what
ends, with the usual back-off, and an API server whose /livez fails eight times. For each it makes a *mirror pod*, so that
`kubectl get pods -n kube-system` shows it; deleting the mirror changes nothing but that it is made anew.

Simplified: the container *is* the cluster's own process (part `NODE/kube-apiserver`), and the container runtime has no
part in it: no sandbox, no log, and the kubelet learns that it ended because its connection is reset. When a machine
starts, its operating system starts these processes, and the kubelet takes them over. Of the probes only the API
server's is asked; the others count as alive while they run. What a fault keeps down ends again as soon as it is started.

Source: kubernetes pkg/kubelet/config/file.go, pod/mirror_client.go, kubelet.go (HandlePodCleanups, reconcile of mirrors).
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from cluster_sim.client import STRATEGIC_MERGE_PATCH
from cluster_sim.client.event_recorder import record
from cluster_sim.kernel import BACKGROUND, DETAIL, MS, SECOND, STORY
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import node_object, pod_status, pod_worker

if TYPE_CHECKING:
    from cluster_sim.node.kubelet import Kubelet

register_phrases({
    "static.ended": "kubelet on {node} sees that {process} has ended",
    "static.starts": "kubelet on {node} starts {process} again: a static pod is always wanted",
    "static.waits": "kubelet on {node} waits {wait} before it starts {process} again",
    "static.fails": "{process} on {node} ends as soon as it is started: something keeps it down",
    "static.unhealthy": "kubelet on {node} restarts {process}: {path} failed {count} times",
    "static.mirror": "kubelet on {node} shows its static pod {pod} to the API server",
    "static.reports": "kubelet on {node} reports its static pod {pod}: {word}",
    "static.tries": "kubelet on {node} tries again to tell of its static pod {pod}",
    "static.probe": "kubelet on {node} asks {process} whether it is alive",
}, file="cluster_sim/node/static_pods.py")

Object = dict[str, Any]
SOURCE, HASH, MIRROR = "kubernetes.io/config.source", "kubernetes.io/config.hash", "kubernetes.io/config.mirror"
PODS = "/api/v1/namespaces/kube-system/pods"
START_TIME = 80 * MS
RETRY = 10 * SECOND
PROBED = "kube-apiserver"
FIRST_PROBES = SECOND  # apart, until the first is answered well; then every periodSeconds
STARTUP_FAILURES = 24  # of the startup probe: so long a process may take to come up


def is_mirror(pod: Object) -> bool:
    """Whether a pod only shows a static one."""
    return MIRROR in (pod["metadata"].get("annotations") or {})


class StaticPods:
    """Works on `kubelet.state["static"]`: process → {row, telling, dirty, making (the mirror), later (a new try is planned),
    probes: [number, failures, passed, asked]}.

    What it holds of containers the runtime would know; so it survives the kubelet.
    """

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.kernel = kubelet.kernel

    @property
    def manifests(self) -> Object:
        """The files: process → Pod."""
        manifests: Object = self.kubelet.machine.get("manifests") or {}
        return manifests

    @property
    def memory(self) -> Object:
        """process → what is known of it."""
        memory: Object = self.kubelet.state["static"]
        return memory

    def pod(self, process: str) -> Object:
        """The pod that a manifest means on this node: its name and uid are the file's and the node's."""
        manifest, node = self.manifests[process], self.kubelet.node
        text = json.dumps([node, manifest], sort_keys=True)
        number = blake2b(text.encode(), digest_size=16).hexdigest()
        meta = {**manifest["metadata"], "name": f"{manifest['metadata']['name']}-{node}", "uid": number,
                "annotations": {HASH: number, SOURCE: "file"}}
        tolerations = [{"effect": "NoExecute", "operator": "Exists"}]
        return {**manifest, "metadata": meta, "spec": {**manifest["spec"], "nodeName": node, "tolerations": tolerations}}

    def part(self, process: str) -> str:
        """The process itself."""
        return f"{self.kubelet.node}/{process}"

    # The processes

    def start(self, span: int) -> None:
        """The kubelet has started: take over what runs, start what does not."""
        for process in self.manifests:
            known = self.memory.setdefault(process, {"row": pod_worker.new_row(), "probes": [0, 0, False, 0]})
            known.update(telling=False, dirty=False, making=False, later=False)
            self.look(process, span)

    def look(self, process: str, span: int) -> None:
        """Compare what is known of a process with what is."""
        if process not in self.memory:
            return
        running, row = self.kernel.is_running(self.part(process)), self.memory[process]["row"]
        if running:
            self.kernel.connect(self.kubelet.part, self.part(process))
            if row["state"] != "running":
                self._runs(process, span)
            elif process == PROBED:
                self._begin_probing(process)
        elif row["state"] == "running":
            self._ended(process, span)
        elif row["state"] == "waiting":
            self._plan_start(process, max(0, row["until"] - self.kernel.now), span)

    def closed(self, peer: str, span: int) -> None:
        """A connection was reset: perhaps one of these has ended."""
        node, _, process = peer.rpartition("/")
        if node == self.kubelet.node and process in self.memory and self.memory[process]["row"]["state"] == "running":
            if not self.kernel.is_running(peer):
                self._ended(process, span)

    def lose_power(self) -> None:
        """The machine is off."""
        for known in self.memory.values():
            if known["row"]["state"] == "running":
                known["row"] = pod_worker.exited(known["row"], 255, "Unknown", known["row"]["started"], self.kernel.now)

    def _ended(self, process: str, span: int) -> None:
        row = self.memory[process]["row"]
        code = 137 if self._held(process) else 1
        self.memory[process]["row"] = pod_worker.exited(row, code, "Error", row["started"], self.kernel.now)
        self._again(process, self._tell("static.ended", process, span))

    def _again(self, process: str, span: int) -> None:
        """A container that has ended starts again, at once or after its back-off."""
        pod = self.pod(process)
        container = pod["spec"]["containers"][0]
        row = self.memory[process]["row"] = pod_worker.to_restart(self.memory[process]["row"], pod, container)
        wait = max(0, row["until"] - self.kernel.now)
        if wait:
            span = self._tell("static.waits", process, span, DETAIL, wait=f"{wait // SECOND} s")
            self._event(process, "Warning", "BackOff", f"Back-off restarting failed container {process} in pod "
                        f"{pod['metadata']['name']}_kube-system({pod['metadata']['uid']})", span)
        self._plan_start(process, wait, span)
        self.report(process, span)

    def _plan_start(self, process: str, wait: int, span: int) -> None:
        self.kernel.timer(self.kubelet.part, wait + START_TIME, "static-start", process, cause=span)

    def due(self, process: str, span: int) -> None:
        """The time to start it has come."""
        known = self.memory.get(process)
        if known is None or known["row"]["state"] == "running":
            return
        part = self.part(process)
        if self._held(process) and not self.kernel.is_running(part):
            span = self._tell("static.fails", process, span, DETAIL)
            now = self.kernel.now
            known["row"] = pod_worker.exited({**known["row"], "id": self._id(process)}, 1, "Error", now, now)
            self._again(process, span)
            return
        span = self._tell("static.starts", process, span)
        if not self.kernel.is_running(part):
            self.kernel.run(part, span)
        self._runs(process, span)

    def _runs(self, process: str, span: int) -> None:
        known = self.memory[process]
        row = known["row"]
        if row["state"] == "exited":
            row = pod_worker.to_restart(row, self.pod(process), self.pod(process)["spec"]["containers"][0])
        known["row"] = {**row, "state": "running", "reason": "", "message": "", "started": self.kernel.now,
                        "started_ok": True, "ready": process != PROBED, "id": ""}
        known["row"]["id"] = self._id(process)
        self.kernel.connect(self.kubelet.part, self.part(process))
        if process == PROBED:
            known["probes"] = [known["probes"][0], 0, False, 0]
            self._begin_probing(process)
        self.report(process, span)

    def _id(self, process: str) -> str:
        return f"{process}-{self.memory[process]['row']['restarts']}"

    def _held(self, process: str) -> bool:
        """Whether a fault keeps it down (and not only cuts it off)."""
        cuts = self.kernel.network.state["cuts"]
        return any(fault not in cuts for fault in self.kernel.silenced.get(self.part(process), ()))

    # The API server's liveness probe

    def _begin_probing(self, process: str) -> None:
        probes = self.memory[process]["probes"]
        probes[0] += 1
        probes[3] = 0
        self.kernel.timer(self.kubelet.part, FIRST_PROBES, "static-probe", [process, probes[0]], background=True)

    def probe(self, which: list[Any], span: int) -> None:
        """Ask; who has not answered the last time has failed."""
        process, number = which
        known = self.memory.get(process)
        if known is None or known["probes"][0] != number or known["row"]["state"] != "running":
            return
        self.kernel.tell(span, "static.probe", {"node": self.kubelet.node, "process": process})
        if known["probes"][3]:
            self._probed(process, False, "context deadline exceeded", span)
            if known["row"]["state"] != "running" or known["probes"][0] != number:
                return
        known["probes"][3] = 1
        settings = self._settings(process)
        pause = settings["periodSeconds"] * SECOND if known["probes"][2] or known["probes"][1] else FIRST_PROBES
        self.kubelet.request("GET", settings["httpGet"]["path"], cause=span, then="static_probed", data=which,
                             level=BACKGROUND, patient=False)
        self.kernel.timer(self.kubelet.part, pause, "static-probe", which, background=True)

    def on_static_probed(self, which: list[Any], status: int, body: Any, span: int) -> None:
        """The answer to a probe."""
        process, number = which
        known = self.memory.get(process)
        if known is not None and known["probes"][0] == number and known["row"]["state"] == "running":
            known["probes"][3] = 0
            self._probed(process, status == 200, f"HTTP probe failed with statuscode: {status}", span)

    def _probed(self, process: str, well: bool, output: str, span: int) -> None:
        known = self.memory[process]
        probes = known["probes"]
        if well:
            probes[1:3] = [0, True]
            if not known["row"]["ready"]:
                known["row"] = {**known["row"], "ready": True}
                self.report(process, span)
            return
        probes[1] += 1
        self._event(process, "Warning", "Unhealthy", f"Liveness probe failed: {output}", span)
        settings = self._settings(process)
        if probes[1] >= (settings["failureThreshold"] if probes[2] else STARTUP_FAILURES):
            span = self._tell("static.unhealthy", process, span, path=settings["httpGet"]["path"], count=probes[1])
            self._event(process, "Normal", "Killing", f"Container {process} failed liveness probe, will be restarted", span)
            self.kernel.stop(self.part(process), span)
            self._ended(process, span)

    def _settings(self, process: str) -> Object:
        settings: Object = self.manifests[process]["spec"]["containers"][0]["livenessProbe"]
        return settings

    # The mirrors

    def mirror_of(self, process: str) -> Object | None:
        """The mirror pod, as last heard of."""
        return self.kubelet.informers["pods"].get(f"kube-system/{process}-{self.kubelet.node}")

    def observe(self, old: Object | None, new: Object | None, span: int) -> None:
        """A mirror pod came, changed or went."""
        name = str((new or old or {})["metadata"]["name"])
        process = name.removesuffix(f"-{self.kubelet.node}")
        if process in self.memory:
            self.show(process, span)
        elif new is not None:
            self._delete(new, span)  # its manifest is gone

    def show_all(self, span: int) -> None:
        """The pods and the Node are known: see that every static pod is shown."""
        for process in self.manifests:
            if process in self.memory:
                self.show(process, span)

    def show(self, process: str, span: int) -> None:
        """Make the mirror pod if it is missing; one that is being deleted, or of another file, goes first."""
        kubelet, known, mirror = self.kubelet, self.memory[process], self.mirror_of(process)
        node = next(iter(kubelet.informers["nodes"].objects.values()), None)
        if not kubelet.informers["pods"].synced or node is None or known["making"]:
            return
        pod = self.pod(process)
        number = pod["metadata"]["uid"]
        if mirror is not None:
            if "deletionTimestamp" in mirror["metadata"] or mirror["metadata"]["annotations"].get(MIRROR) != number:
                self._delete(mirror, span)
            else:
                self.report(process, span)
            return
        known["making"] = True
        owner = {"apiVersion": "v1", "kind": "Node", "name": kubelet.node, "uid": node["metadata"]["uid"], "controller": True}
        meta = {key: value for key, value in pod["metadata"].items() if key != "uid"}
        body = {**pod, "metadata": {**meta, "annotations": {**meta["annotations"], MIRROR: number}, "ownerReferences": [owner]}}
        kubelet.request("POST", PODS, body, cause=span, then="mirrored", data=process, phrase="static.mirror", level=DETAIL,
                        args={"node": kubelet.node, "pod": meta["name"]}, subject=meta["name"])

    def on_mirrored(self, process: str, status: int, body: Any, span: int) -> None:
        """It is there, or was refused: look again later."""
        self.memory[process]["making"] = False
        if status not in (201, 409):
            self._try_later(process)
        else:
            self.show(process, span)

    def _try_later(self, process: str) -> None:
        known = self.memory[process]
        if not known["later"]:
            known["later"] = True
            self.kernel.timer(self.kubelet.part, RETRY, "static-show", process, background=True)

    def try_again(self, process: str, span: int) -> None:
        """The API server did not take something; what is there to say by now?"""
        known = self.memory.get(process)
        if known is not None:
            known["later"] = False
            self.kernel.tell(span, "static.tries", {"node": self.kubelet.node, "pod": f"{process}-{self.kubelet.node}"})
            self.show(process, span)

    def _delete(self, mirror: Object, span: int) -> None:
        meta = mirror["metadata"]
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0, "preconditions": {"uid": meta["uid"]}}
        self.kubelet.request("DELETE", f"{PODS}/{meta['name']}", options, cause=span, level=DETAIL, subject=meta["name"])

    def report(self, process: str, span: int) -> None:
        """Write the mirror's status, if it says something else."""
        known, mirror, kubelet = self.memory[process], self.mirror_of(process), self.kubelet
        if mirror is None or "deletionTimestamp" in mirror["metadata"]:
            return
        if known["telling"] or known["later"]:
            known["dirty"] = not known["later"]
            return
        address = node_object.address(kubelet.machine)
        worker = {**pod_worker.new_worker(mirror), "containers": {process: known["row"]}, "ip": address}
        status = pod_status.news(mirror, pod_status.report(mirror, worker, kubelet.stamp, self.kernel.now, address))
        if not status:
            return
        known["telling"] = True
        meta = mirror["metadata"]
        kubelet.request("PATCH", f"{PODS}/{meta['name']}/status", {"metadata": {"uid": meta["uid"]}, "status": status},
                        cause=span, then="static_told", data=process, content_type=STRATEGIC_MERGE_PATCH, level=DETAIL,
                        phrase="static.reports", subject=meta["name"], args={
                            "node": kubelet.node, "pod": meta["name"], "word": pod_status.word(mirror, worker)})

    def on_static_told(self, process: str, status: int, body: Any, span: int) -> None:
        """The report has arrived, or must be written again."""
        known = self.memory[process]
        known["telling"] = False
        if status == 0 or status == 429 or status >= 500:
            self._try_later(process)
        elif known["dirty"]:
            known["dirty"] = False
            self.report(process, span)

    def _event(self, process: str, kind: str, reason: str, message: str, span: int) -> None:
        pod = self.pod(process)
        record(self.kubelet, "kubelet", pod, kind, reason, message, span, f"spec.containers{{{process}}}")

    def _tell(self, phrase: str, process: str, span: int, level: int = STORY, **args: Any) -> int:
        return self.kernel.work(self.kubelet.part, span, verb="static", subject=process, phrase=phrase, level=level,
                                args={"node": self.kubelet.node, "process": process, **args})
