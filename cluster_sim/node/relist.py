"""After a kubelet (or its runtime) was restarted: what is there is taken over, what belongs to no pod is cleared up.

Source: kubernetes pkg/kubelet/pleg/generic.go, kubelet.go (HandlePodCleanups).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.kernel import STORY
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import pod_worker, spec_changes
from cluster_sim.node.static_pods import is_mirror

if TYPE_CHECKING:
    from cluster_sim.node.kubelet import Kubelet

register_phrases({
    "kubelet.orphan": "kubelet on {node} finds {pod} still running, though nobody wants it any more, and removes it",
}, file="cluster_sim/node/relist.py")

Object = dict[str, Any]


def settle(kubelet: Kubelet, found: Object, span: int) -> None:
    """The runtime has said what there is; if the pods are known too, begin with every pod."""
    if kubelet.state["settled"] or not kubelet.informer("pods").synced:
        return
    kubelet.state["settled"] = True
    kubelet.state["images"] = {**found["images"]}
    if found["look"]:
        kubelet.evictions.look(span)
    pods = [pod for pod in kubelet.informer("pods").list() if not is_mirror(pod)]
    known = {pod["metadata"]["uid"]: pod for pod in pods}
    _sandboxes(kubelet, found["sandboxes"], known, span)
    seen: dict[str, bool] = {}
    for container in found["containers"]:
        worker = kubelet.workers.get(container["uid"])
        if worker is not None and container["uid"] in known:
            seen[container["id"]] = True
            _take_over(kubelet, worker, known[container["uid"]], container)
    for worker in [*kubelet.workers.values()]:
        _lost(worker, seen, kubelet.kernel.now)
    for pod in pods:
        worker = kubelet.workers.get(pod["metadata"]["uid"])
        if worker is None:
            kubelet.observe("pods", "ADDED", None, pod, span)
        else:
            _resume(kubelet, pod, worker, span)
    for worker in [*kubelet.workers.values()]:
        if worker["uid"] in known:
            continue
        if worker["gone"]:
            kubelet.ending.forget(worker, span)
        else:
            worker.update(stopping=True)
            kubelet.ending.go_on(None, worker, span)


def _sandboxes(kubelet: Kubelet, sandboxes: list[Object], known: dict[str, Object], span: int) -> None:
    ready = {sandbox["uid"]: sandbox for sandbox in sandboxes if sandbox["ready"]}
    for sandbox in sandboxes:
        uid = sandbox["uid"]
        worker = kubelet.workers.get(uid)
        if uid not in known and worker is None:
            told = kubelet.kernel.work(
                kubelet.part,
                span,
                verb="remove",
                subject=sandbox["name"],
                phrase="kubelet.orphan",
                args={"node": kubelet.node, "pod": sandbox["name"]},
                level=STORY,
            )
            kubelet.runtime("RemovePodSandbox", {"sandbox": sandbox["id"]}, "removed", uid, "", told)
        elif uid in known and sandbox["ready"]:
            if worker is None:
                worker = kubelet.workers[uid] = pod_worker.new_worker(known[uid])
            worker.update(sandbox=sandbox["id"], ip=sandbox["ip"], making=False)
        elif worker is None and uid not in ready:
            if (known[uid].get("status") or {}).get("phase") in ("Succeeded", "Failed"):
                kubelet.runtime("RemovePodSandbox", {"sandbox": sandbox["id"]}, "removed", uid, "", span)
                continue
            worker = kubelet.workers[uid] = pod_worker.new_worker(known[uid])
            worker["old sandbox"] = sandbox["id"]
            kubelet.event(known[uid], "Normal", "SandboxChanged",
                          "Pod sandbox changed, it will be killed and re-created.", span)
    for uid, worker in kubelet.workers.items():
        worker["making"] = False
        if worker["sandbox"] is not None and uid not in ready and not worker["gone"]:
            worker.update(sandbox=None, ip="")


def _take_over(kubelet: Kubelet, worker: Object, pod: Object, container: Object) -> None:
    """What the runtime says of a container counts, whatever was known before."""
    name = container["name"]
    row = worker["containers"].get(name)
    if row is not None and row["id"] == container["id"] and row["state"] == container["state"]:
        return
    status = pod.get("status") or {}
    told = {each["name"]: each for each in [*(status.get("initContainerStatuses") or ()),
                                            *(status.get("containerStatuses") or ())]}.get(name) or {}
    if row is None or row["id"] != container["id"]:
        last = {} if row is None or row["state"] != "exited" else {
            key: row[key] for key in ("code", "why", "started", "finished", "id")}
        row = {**pod_worker.new_row(), "id": container["id"], "restarts": container["attempt"], "last": last}
    row = {**row, "step": "", "asked": None}
    if container["state"] == "running":
        spec = pod_worker.container_spec(pod, name)
        started_ok = not pod_worker.has_probe(spec, "startup") or bool(told.get("started"))
        ready = bool(told.get("ready")) if pod_worker.has_probe(spec, "readiness") else started_ok
        worker["containers"][name] = {**row, "state": "running", "started": container["started_at"], "reason": "",
                                      "message": "", "ready": ready, "started_ok": started_ok}
        kubelet.probes.begin(worker, spec)
    elif container["state"] == "exited":
        worker["containers"][name] = pod_worker.exited(row, container["code"], container["reason"],
                                                       container["started_at"], container["finished_at"])


def _lost(worker: Object, seen: dict[str, bool], now: int) -> None:
    """A container that was known to run and is not there any more has vanished (the machine lost its power)."""
    if worker["gone"] and not worker["final"]:
        worker["gone"] = False  # whether its sandbox was stopped is not known
    for name, row in worker["containers"].items():
        if row["state"] == "running" and row["id"] not in seen:
            worker["containers"][name] = pod_worker.exited(row, 137, "ContainerStatusUnknown", row["started"], now)
        elif row["step"]:
            worker["containers"][name] = {**row, "step": ""}
        if worker["stopping"]:
            worker["containers"][name] = {**worker["containers"][name], "asked": None}


def _resume(kubelet: Kubelet, pod: Object, worker: Object, span: int) -> None:
    if "deletionTimestamp" in pod["metadata"]:
        worker.update(stopping=False, grace=None)
        kubelet.ending.terminate(pod, worker, span)
        return
    if (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed"):
        worker.update(stopping=True, gone=True, final={"phase": pod["status"]["phase"]})
        return
    outcome = pod_worker.ends_with(pod, worker)
    if outcome is not None:
        worker.update(stopping=True, outcome=outcome)
    if worker["gone"]:
        kubelet.report(worker, span)
        return
    if worker["stopping"]:
        kubelet.ending.go_on(pod, worker, span)
        return
    if pod["spec"].get("activeDeadlineSeconds") is not None:
        spec_changes.plan_deadline(kubelet, pod, worker)
    kubelet.report(worker, span)
    kubelet.start_up.advance(pod, worker, span)
