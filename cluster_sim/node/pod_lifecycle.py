"""From a bound pod to running containers and back: the kubelet's half of the conversation with the runtime.

Each answer of the runtime changes what the worker knows; then `advance` asks for the next steps and `report` writes
what became of it. Source: kubernetes pkg/kubelet/kuberuntime/kuberuntime_manager.go (SyncPod, KillPod),
kuberuntime_container.go (killContainer), pkg/kubelet/prober.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.client.event_recorder import record
from cluster_sim.kernel import BACKGROUND, DETAIL, SECOND, STORY
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import node_object, pod_worker
from cluster_sim.node.restart_backoff import go_duration, pull_delay

if TYPE_CHECKING:
    from cluster_sim.node.kubelet import Kubelet

register_phrases({
    "kubelet.sandbox": "kubelet on {node} asks the runtime for a sandbox: a network and an address for {pod}",
    "kubelet.pulls": "runtime on {node} has no image {image}; it pulls it",
    "kubelet.starts": "kubelet on {node} asks the runtime to start container {container} of {pod}",
    "kubelet.restarts": "kubelet on {node} starts container {container} again, in the same pod {pod}",
}, file="cluster_sim/node/pod_lifecycle.py")

Object = dict[str, Any]
SMALLEST_GRACE = 2  # seconds: killContainer gives at least this much
PROBE_DEFAULTS = {"initialDelaySeconds": 0, "periodSeconds": 10, "failureThreshold": 3, "successThreshold": 1}
PULL_ERRORS = {"ErrImagePull": "ImagePullBackOff"}


class PodLifecycle:
    """Works on the kubelet's workers."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.kernel = kubelet.kernel

    def pod_of(self, worker: Object) -> Object | None:
        """The pod's object, if it still is the same pod."""
        pod = self.kubelet.informer("pods").get(worker["key"])
        return pod if pod is not None and pod["metadata"]["uid"] == worker["uid"] else None

    # Starting

    def settle(self, span: int) -> None:
        """After a start: pods are listed and the runtime has said what runs; begin with every pod."""
        if self.kubelet.state["settled"] or not self.kubelet.informer("pods").synced or "found" not in self.kubelet.state:
            return
        found = self.kubelet.state.pop("found")
        self.kubelet.state["settled"] = True
        self._adopt(found, span)
        for pod in self.kubelet.informer("pods").list():
            worker = self.kubelet.workers.get(pod["metadata"]["uid"])
            if worker is None:
                self.kubelet.observe("pods", "ADDED", None, pod, span)
            elif "deletionTimestamp" in pod["metadata"]:
                worker["stopping"] = False
                self.terminate(pod, worker, span)
            else:
                self.kubelet.report(worker["key"], worker, span)
                self.advance(pod, worker, span)

    def _adopt(self, found: Object, span: int) -> None:
        """Take over what the runtime has: workers for known pods; what belongs to no pod is stopped."""
        known = {pod["metadata"]["uid"]: pod for pod in self.kubelet.informer("pods").list()}
        for sandbox in found["sandboxes"]:
            pod = known.get(sandbox["uid"])
            worker = self.kubelet.workers.get(sandbox["uid"])
            if pod is None:
                self._call("RemovePodSandbox", {"sandbox": sandbox["id"]}, "removed", sandbox["uid"], "", span)
                continue
            if worker is None:
                worker = self.kubelet.workers[sandbox["uid"]] = pod_worker.new_worker(pod)
            worker.update(sandbox=sandbox["id"], ip=sandbox["ip"])
        for container in found["containers"]:
            worker = self.kubelet.workers.get(container["uid"])
            if worker is not None:
                self._adopt_container(worker, known[container["uid"]], container, span)

    def _adopt_container(self, worker: Object, pod: Object, container: Object, span: int) -> None:
        name = container["name"]
        row = worker["containers"].get(name)
        if row is not None and row["id"] == container["id"] and row["state"] == container["state"]:
            return
        reported = {each["name"]: each for each in pod.get("status", {}).get("containerStatuses", ())}.get(name, {})
        row = row or {**pod_worker.new_row(), "restarts": reported.get("restartCount", 0), "streak": container["attempt"]}
        row = {**row, "id": container["id"], "busy": False}
        if container["state"] == "running":
            worker["containers"][name] = {**row, "state": "running", "started": container["started_at"],
                                          "ready": reported.get("ready", False), "started_ok": True}
            self._watch_health(worker, self._spec(pod, name), span)
        elif container["state"] == "exited":
            worker["containers"][name] = pod_worker.exited(row, container["code"], container["reason"],
                                                           container["started_at"], container["finished_at"])

    def sync(self, uid: str, span: int) -> None:
        """A back-off is over: look at the pod again."""
        worker = self.kubelet.workers.get(uid)
        pod = self.pod_of(worker) if worker else None
        if worker is not None and pod is not None:
            self.advance(pod, worker, span)

    def advance(self, pod: Object, worker: Object, span: int) -> None:
        """Ask for everything that can be done now."""
        if not self.kubelet.state["settled"]:
            return
        name = pod["metadata"]["name"]
        for step, container in pod_worker.next_steps(pod, worker, self.kernel.now):
            if step == "sandbox":
                worker["making"] = True
                spec = {"namespace": pod["metadata"]["namespace"], "name": name, "uid": worker["uid"]}
                self._call("RunPodSandbox", {
                    "pod": spec, "host_network": bool(pod["spec"].get("hostNetwork")),
                    "node_ip": node_object.address(self.kubelet.machine),
                    "network": node_object.pod_network(self.kubelet.machine)}, "sandbox", worker["uid"], "", span,
                    phrase="kubelet.sandbox", args={"node": self.kubelet.node, "pod": name}, level=STORY, subject=name)
            elif step == "restart":
                self._restart(pod, worker, container, span)
            else:
                row = worker["containers"].get(container["name"]) or pod_worker.new_row()
                worker["containers"][container["name"]] = {**row, "busy": True}
                self._call("PullImage", {"image": container["image"], "policy": pod_worker.pull_policy(container)},
                           "pulled", worker["uid"], container["name"], span, subject=container["image"])

    def _restart(self, pod: Object, worker: Object, container: Object, span: int) -> None:
        row = pod_worker.to_restart(worker["containers"][container["name"]], pod, container)
        worker["containers"][container["name"]] = row
        wait = row["until"] - self.kernel.now
        if wait > 0:
            record(self.kubelet, "kubelet", pod, "Warning", "BackOff",
                   f"Back-off restarting failed container {container['name']} in pod "
                   f"{pod['metadata']['name']}_{pod['metadata']['namespace']}({worker['uid']})", span,
                   f"spec.containers{{{container['name']}}}")
            self.kernel.timer(self.kubelet.part, wait, "sync", worker["uid"], cause=span)
            self.kubelet.report(worker["key"], worker, span)
        else:
            self.advance(pod, worker, span)

    def answered(self, then: str, uid: str, container: str, answer: Object, span: int) -> None:
        """The runtime's answer to one call."""
        if then == "listed":
            self.kubelet.state["found"] = answer
            self.settle(span)
            return
        worker = self.kubelet.workers.get(uid)
        if worker is None:
            return
        pod = self.pod_of(worker)
        if then in ("stopped", "sandbox_stopped"):
            getattr(self, f"on_{then}")(pod, worker, container, answer, span)
        elif pod is not None and then != "removed":
            getattr(self, f"on_{then}")(pod, worker, container, answer, span)

    def on_sandbox(self, pod: Object, worker: Object, _: str, answer: Object, span: int) -> None:
        """The sandbox is there, with the pod's address."""
        worker.update(sandbox=answer["sandbox"], ip=answer["ip"], making=False)
        if worker["stopping"]:
            self._stop_everything(pod, worker, span)
        else:
            self.advance(pod, worker, span)

    def on_pulled(self, pod: Object, worker: Object, name: str, answer: Object, span: int) -> None:
        """The image is there (or not)."""
        container, row = self._spec(pod, name), worker["containers"][name]
        image, where = container["image"], self._field_path(pod, name)
        if "error" in answer:
            self._cannot_pull(pod, worker, container, answer, span)
            return
        if answer["present"]:
            record(self.kubelet, "kubelet", pod, "Normal", "Pulled",
                   f'Container image "{image}" already present on machine and can be accessed by the pod', span, where)
        else:
            took = go_duration(answer["took"])
            record(self.kubelet, "kubelet", pod, "Normal", "Pulling", f'Pulling image "{image}"', span, where)
            record(self.kubelet, "kubelet", pod, "Normal", "Pulled",
                   f'Successfully pulled image "{image}" in {took} ({took} including waiting). '
                   f'Image size: {answer["size"]} bytes.', span, where)
            self.kernel.tell(span, "kubelet.pulls", {"node": self.kubelet.node, "image": image}, level=STORY)
            images = self.kubelet.state["node_status"].get("images", {})
            self.kubelet.state["node_status"] = {"images": {**images, image: answer["size"]}}
        if worker["stopping"]:
            worker["containers"][name] = {**row, "busy": False}
            return
        worker["containers"][name] = {**row, "failures": 0}
        self._call("CreateContainer", {"sandbox": worker["sandbox"], "container": container, "attempt": row["restarts"]},
                   "created", worker["uid"], name, span, subject=name)

    def _cannot_pull(self, pod: Object, worker: Object, container: Object, answer: Object, span: int) -> None:
        name, reason = container["name"], answer["error"]
        failures = worker["containers"][name]["failures"] + 1
        where = self._field_path(pod, name)
        if reason == "InvalidImageName":
            record(self.kubelet, "kubelet", pod, "Warning", "InspectFailed", answer["message"], span, where)
        else:
            record(self.kubelet, "kubelet", pod, "Warning", "Failed",
                   f'Failed to pull image "{container["image"]}": {answer["message"]}', span, where)
        record(self.kubelet, "kubelet", pod, "Warning", "Failed", f"Error: {reason}", span, where)
        message = answer["message"]
        if failures > 1 and reason in PULL_ERRORS:
            message = f'Back-off pulling image "{container["image"]}": {reason}: {message}'
            reason = PULL_ERRORS[reason]
            record(self.kubelet, "kubelet", pod, "Normal", "BackOff", f'Back-off pulling image "{container["image"]}"', span,
                   where)
        wait = pull_delay(failures)
        worker["containers"][name] = {**worker["containers"][name], "busy": False, "failures": failures,
                                      "reason": reason, "message": message, "until": self.kernel.now + wait}
        self.kernel.timer(self.kubelet.part, wait, "sync", worker["uid"], cause=span)
        self.kubelet.report(worker["key"], worker, span)

    def on_created(self, pod: Object, worker: Object, name: str, answer: Object, span: int) -> None:
        """The container exists: start it."""
        row = worker["containers"][name]
        if "error" in answer or worker["stopping"]:
            worker["containers"][name] = {**row, "busy": False, "reason": answer.get("error", ""),
                                          "message": answer.get("message", "")}
            return
        record(self.kubelet, "kubelet", pod, "Normal", "Created", "Container created", span, self._field_path(pod, name))
        worker["containers"][name] = {**row, "id": answer["container"]}
        again = row["restarts"] > 0
        self._call("StartContainer", {"container": answer["container"]}, "started", worker["uid"], name, span,
                   phrase="kubelet.restarts" if again else "kubelet.starts", level=STORY, subject=name,
                   args={"node": self.kubelet.node, "container": name, "pod": pod["metadata"]["name"]})

    def on_started(self, pod: Object, worker: Object, name: str, answer: Object, span: int) -> None:
        """The container runs. So far only this kubelet knows."""
        row = worker["containers"][name]
        if "error" in answer:
            worker["containers"][name] = {**row, "busy": False, "reason": answer["error"], "message": answer["message"]}
            self.kubelet.report(worker["key"], worker, span)
            return
        record(self.kubelet, "kubelet", pod, "Normal", "Started", "Container started", span, self._field_path(pod, name))
        container = self._spec(pod, name)
        started_ok = not pod_worker.has_probe(container, "startup")
        ready = started_ok and not pod_worker.has_probe(container, "readiness")
        worker["containers"][name] = {**row, "state": "running", "busy": False, "reason": "", "message": "",
                                      "started": answer["started_at"], "started_ok": started_ok, "ready": ready}
        if worker["stopping"]:
            self._stop_everything(pod, worker, span)
            return
        self._watch_health(worker, container, span)
        self.kubelet.report(worker["key"], worker, span)
        self.advance(pod, worker, span)

    # Probes

    def _watch_health(self, worker: Object, container: Object, span: int) -> None:
        for kind in ("startup", "readiness", "liveness"):
            if pod_worker.has_probe(container, kind):
                probe = {**PROBE_DEFAULTS, **container[f"{kind}Probe"]}
                number = worker["containers"][container["name"]]["id"]
                self.kernel.timer(self.kubelet.part, max(probe["initialDelaySeconds"] * SECOND, SECOND // 2), "probe",
                                  [worker["uid"], container["name"], number, kind], background=True)

    def probe(self, which: list[str], span: int) -> None:
        """Time for a probe: ask, unless the container is another one by now."""
        uid, name, number, kind = which
        worker = self.kubelet.workers.get(uid)
        pod = self.pod_of(worker) if worker else None
        row = worker["containers"].get(name) if worker else None
        if worker is None or pod is None or row is None or row["state"] != "running" or row["id"] != number:
            return
        if worker["stopping"] and kind != "readiness":
            return
        probe = {**PROBE_DEFAULTS, **self._spec(pod, name)[f"{kind}Probe"]}
        if kind == "startup" and row["started_ok"]:
            return
        self.kernel.timer(self.kubelet.part, probe["periodSeconds"] * SECOND, "probe", which, background=True)
        if kind == "startup" or row["started_ok"]:
            self._call("Probe", {"container": number, "kind": kind}, "probed", uid, f"{name} {kind}", span,
                       level=BACKGROUND, subject=f"{kind} probe")

    def on_probed(self, pod: Object, worker: Object, what: str, answer: Object, span: int) -> None:
        """A probe's result counts once it came often enough in a row."""
        name, _, kind = what.partition(" ")
        container, row = self._spec(pod, name), worker["containers"][name]
        probe = {**PROBE_DEFAULTS, **container[f"{kind}Probe"]}
        streak = row.get(f"{kind}_streak", 0)
        streak = max(1, streak + 1) if answer["success"] else min(-1, streak - 1)
        row = worker["containers"][name] = {**row, f"{kind}_streak": streak}
        if not answer["success"]:
            record(self.kubelet, "kubelet", pod, "Warning", "Unhealthy",
                   f"{kind.capitalize()} probe failed: HTTP probe failed with statuscode: 503", span,
                   self._field_path(pod, name))
        good, bad = streak >= probe["successThreshold"], -streak >= probe["failureThreshold"]
        if kind == "startup" and good:
            worker["containers"][name] = {**row, "started_ok": True,
                                          "ready": not pod_worker.has_probe(container, "readiness")}
        elif kind == "readiness" and (good or bad) and row["ready"] != good:
            worker["containers"][name] = {**row, "ready": good}
        elif kind != "readiness" and bad and row["state"] == "running":
            record(self.kubelet, "kubelet", pod, "Normal", "Killing",
                   f"Container {name} failed {kind} probe, will be restarted", span, self._field_path(pod, name))
            self._stop(pod, worker, name, self._grace(pod), span)
        if worker["containers"][name] is not row:
            self.kubelet.report(worker["key"], worker, span)
            self.advance(pod, worker, span)

    # Ending

    def container_exited(self, event: Object, span: int) -> None:
        """A container ended: by itself, by a probe or because the pod stops."""
        worker = self.kubelet.workers.get(event["uid"])
        if worker is None:
            return
        for name, row in worker["containers"].items():
            if row["id"] == event["container"] and row["state"] == "running":
                worker["containers"][name] = pod_worker.exited(row, event["code"], event["reason"], event["started_at"],
                                                               event["finished_at"])
                break
        pod = self.pod_of(worker)
        if worker["stopping"]:
            self._stop_everything(pod, worker, span)
        elif pod is not None:
            worker["final_phase"] = pod_worker.ends_with(pod, worker)
            if worker["final_phase"]:
                worker["gone"] = True
            self.kubelet.report(worker["key"], worker, span)
            self.advance(pod, worker, span)

    def terminate(self, pod: Object, worker: Object, span: int) -> None:
        """The pod is being deleted: stop its containers within the grace that is left."""
        if worker["stopping"]:
            return
        worker["stopping"] = True
        grace = self._grace(pod)
        self.kernel.tell(span, "kubelet.stops", {"node": self.kubelet.node, "pod": pod["metadata"]["name"],
                                                 "grace": grace}, level=STORY)
        self._stop_everything(pod, worker, span)

    def object_is_gone(self, pod: Object, worker: Object, span: int) -> None:
        """The object was deleted: at the end of a termination, or by force while containers still run."""
        if worker["ending"] or (worker["sandbox"] is None and not worker["making"]):
            self._forget(worker, span)
            return
        self.kernel.tell(span, "kubelet.finds-gone", {"node": self.kubelet.node, "pod": pod["metadata"]["name"]},
                         level=STORY)
        worker["stopping"] = True
        self._stop_everything(None, worker, span, forced=True)

    def _stop_everything(self, pod: Object | None, worker: Object, span: int, forced: bool = False) -> None:
        """Stop what runs; when nothing does, the sandbox; then report the end."""
        running = [name for name, row in worker["containers"].items() if row["state"] == "running"]
        if running or worker["making"] or any(row["busy"] for row in worker["containers"].values()):
            for name in running:
                if not worker["containers"][name].get("asked"):
                    worker["containers"][name] = {**worker["containers"][name], "asked": True}
                    self._stop(pod, worker, name, SMALLEST_GRACE if pod is None else self._grace(pod), span)
        elif worker["sandbox"] is not None and not worker["gone"]:
            worker["gone"] = True
            self._call("StopPodSandbox", {"sandbox": worker["sandbox"]}, "sandbox_stopped", worker["uid"], "", span)
        elif worker["sandbox"] is None or worker["final_phase"]:
            self.on_sandbox_stopped(pod, worker, "", {}, span)

    def _stop(self, pod: Object | None, worker: Object, name: str, grace: int, span: int) -> None:
        if pod is not None:
            record(self.kubelet, "kubelet", pod, "Normal", "Killing", f"Stopping container {name}", span,
                   self._field_path(pod, name))
        self._call("StopContainer", {"container": worker["containers"][name]["id"],
                                     "grace": max(grace, SMALLEST_GRACE) * SECOND}, "stopped", worker["uid"], name, span,
                   subject=name)

    def on_stopped(self, pod: Object | None, worker: Object, name: str, answer: Object, span: int) -> None:
        """The runtime has stopped a container (its exit is told separately)."""

    def on_sandbox_stopped(self, pod: Object | None, worker: Object, _: str, answer: Object, span: int) -> None:
        """Nothing of the pod is left: report how it ended, and delete the object when that is known."""
        worker["gone"] = True
        if pod is None:
            self._forget(worker, span)
            return
        if not worker["final_phase"]:
            rows = [worker["containers"].get(each["name"]) for each in pod["spec"]["containers"]]
            clean = all(row is not None and row["state"] == "exited" and row["code"] == 0 for row in rows)
            worker["final_phase"] = "Succeeded" if clean else "Failed"
        self.kubelet.report(worker["key"], worker, span)

    def reported(self, pod: Object, worker: Object, span: int) -> None:
        """The newest report has arrived; if it was the last, the object may go."""
        if worker["stopping"] and worker["gone"] and not worker["ending"]:
            worker["ending"] = True
            self.delete_object(pod, span)

    def delete_object(self, pod: Object, span: int) -> None:
        """The last word: grace period 0, for this very pod."""
        meta = pod["metadata"]
        self.kubelet.request("DELETE", f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}",
                             {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0,
                              "preconditions": {"uid": meta["uid"]}}, cause=span, then="deleted", data=meta["uid"],
                             phrase="kubelet.deletes", args={"node": self.kubelet.node, "pod": meta["name"]}, level=STORY,
                             subject=f"delete {meta['name']}")

    def _forget(self, worker: Object, span: int) -> None:
        if worker["sandbox"] is not None:
            self._call("RemovePodSandbox", {"sandbox": worker["sandbox"]}, "removed", worker["uid"], "", span)
        self.kubelet.workers.pop(worker["uid"], None)

    # Small things

    def _call(self, kind: str, payload: Object, then: str, uid: str, container: str, span: int, *, phrase: str = "",
              args: dict[str, Any] | None = None, level: int = DETAIL, subject: str = "") -> None:
        self.kubelet.runtime(kind, payload, then, uid, container, span, phrase=phrase, args=args, level=level,
                             subject=subject)

    def _grace(self, pod: Object) -> int:
        seconds = pod["metadata"].get("deletionGracePeriodSeconds")
        seconds = pod["spec"].get("terminationGracePeriodSeconds", 30) if seconds is None else seconds
        return int(seconds)

    def _spec(self, pod: Object, name: str) -> Object:
        spec = pod["spec"]
        return next(each for each in [*spec.get("initContainers", ()), *spec["containers"]] if each["name"] == name)

    def _field_path(self, pod: Object, name: str) -> str:
        init = any(each["name"] == name for each in pod["spec"].get("initContainers", ()))
        return f"spec.{'initContainers' if init else 'containers'}{{{name}}}"



