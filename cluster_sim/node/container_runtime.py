"""The container runtime: makes sandboxes, pulls images, starts and stops containers, as the kubelet asks.

The messages are those of the Container Runtime Interface. Containers outlive this process: each has a shim of its
own, so stopping the runtime stops no container, and nothing new can start. Only the loss of power ends them; images
are on the disk and stay.

What a container does comes from `apps`. The real kubelet looks each second what has changed (PLEG), or gets a stream
of events; here the runtime tells it at once. Source: cri-api pkg/apis/runtime/v1/api.proto; containerd
internal/cri/server.
"""

from __future__ import annotations

from typing import Any

from cluster_sim import apps
from cluster_sim.api import quantity
from cluster_sim.kernel import MS, SECOND, Component
from cluster_sim.kernel.loop import register_connecting
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import (
    container_limits,
    container_log,
    machine_stats,
    node_network,
    out_of_memory,
    pod_network,
    probe_target,
)
from cluster_sim.node.container_time import goes_on, hangs, hung
from cluster_sim.node.data_files import forget as forget_data
from cluster_sim.node.image_store import ImageStore
from cluster_sim.node.sockets import shown

register_connecting(
    "RunPodSandbox",
    "PullImage",
    "CreateContainer",
    "StartContainer",
    "StopContainer",
    "StopPodSandbox",
    "RemovePodSandbox",
    "ListPodSandbox",
    "ContainerStats",
    "UpdateContainerResources",
    "RemoveImage",
    "Probe",
    "ExecSync",
    "ReadLog",
)
register_phrases({
    "runtime.exited": "Container {container} of {pod} on {node} ends by itself, with code {code}",
    "runtime.out-of-memory": "Container {container} of {pod} on {node} takes more memory than its limit and is killed",
    "runtime.ended": "Container {container} of {pod} has stopped",
    "runtime.killed": "The grace period is over: container {container} of {pod} is killed",
}, file="cluster_sim/node/container_runtime.py")

SANDBOX_TIME = 60 * MS  # a network namespace, its interface and address, and the pause container
START_TIME = 80 * MS
BROKEN_AFTER = 100 * MS  # how long a broken program runs


class ContainerRuntime(Component):
    """Part `NODE/container-runtime`."""

    kind = "container-runtime"

    def reset(self) -> None:
        """The process died: calls are forgotten, containers and images are not."""
        kept = {name: self.state.get(name, {}) for name in ("sandboxes", "containers", "images", "addresses", "disk")}
        numbers = {"next": self.state.get("next", 0), "last_address": self.state.get("last_address", -1),
                   "cpu_of_the_dead": self.state.get("cpu_of_the_dead", 0)}
        self.state.clear()
        self.state.update({**numbers, **kept, "pulling": None, "pulls": [], "stopping": {}})

    def rebuild(self) -> None:
        """The image store works on this state."""
        self.images = ImageStore(self)
        # bytes of memory that the running containers take at rest
        self.taken = sum(row["usage"]["memory"][0] for row in machine_stats.running(self.state))

    def lose_power(self) -> None:
        """The machine is off: no container survives, but what was on the disk tells afterwards what there was."""
        self.taken = 0
        self.state["addresses"] = {}
        self.state["sandboxes"] = {key: {**row, "ready": False} for key, row in self.state["sandboxes"].items()}
        for row in [*self.state["containers"].values()]:
            if row["state"] != "exited":
                started = self.kernel.now if row["started_at"] is None else row["started_at"]
                self._change(
                    row,
                    state="exited",
                    started_at=started,
                    finished_at=self.kernel.now,
                    exits_at=None,
                    code=255,
                    reason="Unknown",
                )

    def start(self, cause: int) -> None:
        """Containers that ended meanwhile are noticed; those that will end are waited for."""
        for container in [*self.state["containers"].values()]:
            if container["state"] == "running" and container["exits_at"] is not None and not hangs(container):
                self.kernel.timer(self.part, max(0, container["exits_at"] - self.kernel.now), "exit", container["id"])
        if machine_stats.grows(self.state, self.kernel.now):
            out_of_memory.watch(self, cause)

    def receive(self, kind: str, payload: Any, span: int) -> None:
        """A call of the kubelet, the registry's answer, or a container that ends."""
        if kind == "PullImage":
            self.images.pull(payload, span)
        elif kind in ("resolved", "pulled"):
            getattr(self.images, kind)(payload, span)
        elif kind == "refused":
            self.images.unreachable(span)
        elif kind == "pull-timeout":
            self.images.unreachable(span, "i/o timeout")
        elif kind in HANDLERS:
            getattr(self, HANDLERS[kind])(payload, span)

    # Sandboxes

    def _run_pod_sandbox(self, call: dict[str, Any], span: int) -> None:
        self.kernel.timer(self.part, SANDBOX_TIME, "sandbox", call, cause=span)

    def _sandbox(self, call: dict[str, Any], span: int) -> None:
        pod = call["pod"]
        ip = call["node_ip"] if call["host_network"] else pod_network.take(self.state, call["network"], pod["uid"])
        if not ip:
            self.images.answer(call, {"error": "FailedCreatePodSandBox", "message":
                                      "failed to allocate for range 0: no IP addresses available in range set"}, span)
            return
        for old in [row["id"] for row in self.state["sandboxes"].values() if row["uid"] == pod["uid"] and row["ready"]]:
            self._kill_all(old, span)  # made for a kubelet that has died since
        sandbox = {"id": self._id("sandbox"), "uid": pod["uid"], "namespace": pod["namespace"], "name": pod["name"],
                   "ip": ip, "ready": True, "host_network": call["host_network"], "dns": call["dns"]}
        self.state["sandboxes"][sandbox["id"]] = sandbox
        self.images.answer(call, {"sandbox": sandbox["id"], "ip": ip}, span)

    def _stop_pod_sandbox(self, call: dict[str, Any], span: int) -> None:
        self._kill_all(call["sandbox"], span)
        self.images.answer(call, {}, span)

    def _remove_pod_sandbox(self, call: dict[str, Any], span: int) -> None:
        self._kill_all(call["sandbox"], span)
        forget_data(self.state, self.state["sandboxes"].pop(call["sandbox"], None))
        for container in [*self.state["containers"].values()]:
            if container["sandbox"] == call["sandbox"]:
                del self.state["containers"][container["id"]]
        self.images.answer(call, {}, span)

    def _kill_all(self, number: str, span: int) -> None:
        """Forcibly end what still runs in a sandbox, and give its address back."""
        sandbox = self.state["sandboxes"].get(number)
        if sandbox is None:
            return
        for container in [*self.state["containers"].values()]:
            if container["sandbox"] == number and container["state"] == "running":
                self._exited(container, apps.SIGKILL_CODE, "Error", span)
        pod_network.release(self.state, sandbox["ip"], sandbox["uid"])
        self.state["sandboxes"][number] = {**sandbox, "ready": False}

    def _list_pod_sandbox(self, call: dict[str, Any], span: int) -> None:
        """What is there: sandboxes, containers, images (three calls of the real interface)."""
        rows = [{**row, "program": None} for row in self.state["containers"].values()]
        self.images.answer(call, {"sandboxes": [*self.state["sandboxes"].values()], "containers": rows,
                                  "images": {**self.state["images"]}, "look": self._near(None) or bool(
                                      self.kernel.world) or machine_stats.grows(self.state, self.kernel.now)}, span)

    # Containers

    def _create_container(self, call: dict[str, Any], span: int) -> None:
        sandbox = self.state["sandboxes"].get(call["sandbox"])
        if sandbox is None or not sandbox["ready"]:
            self.images.answer(call, {"error": "CreateContainerError", "message": "the pod's sandbox is gone"}, span)
            return
        spec, number = call["container"], self._id("container")
        self._forget_dead(call["sandbox"], spec["name"])
        self.state["containers"][number] = {
            "id": number, "sandbox": call["sandbox"], "uid": sandbox["uid"], "namespace": sandbox["namespace"],
            "pod": sandbox["name"], "name": spec["name"], "image": spec["image"], "state": "created", "command": [
                *(spec.get("command") or ())], "args": [*(spec.get("args") or ())], "env": call["env"],
            **container_limits.of(spec, call), "program": None, "usage": None, "started_at": None, "exits_at": None,
            "finished_at": None, "code": None, "reason": "", "attempt": call["attempt"],
            "ports": [port["containerPort"] for port in spec.get("ports") or ()], "mounts": call["mounts"]}
        self.images.answer(call, {"container": number}, span)

    def _forget_dead(self, sandbox: str, name: str) -> None:
        """Of the containers that ended only the last is kept, for its log (the kubelet's container GC does this)."""
        dead = [row["id"] for row in self.state["containers"].values()
                if row["sandbox"] == sandbox and row["name"] == name and row["state"] == "exited"]
        for number in dead[:-1]:
            del self.state["containers"][number]

    def _start_container(self, call: dict[str, Any], span: int) -> None:
        self.kernel.timer(self.part, START_TIME, "started", call, cause=span)

    def _started(self, call: dict[str, Any], span: int) -> None:
        container = self.state["containers"].get(call["container"])
        if container is None or container["state"] != "created":
            self.images.answer(call, {"error": "RunContainerError", "message": "the container is gone"}, span)
            return
        program = apps.program_of(container["image"], container["command"], container["args"], container["env"],
                                  container["memory_limit"] is not None, container["ports"])
        broken = self.kernel.world.get("broken", {}).get(f"{container['namespace']}/{container['name']}")
        if broken:
            program = {**program, "endsAfter": BROKEN_AFTER, "code": [*broken.values()][-1], "reason": ""}
        row = container_limits.started(container, program, self.kernel.now)
        self.state["containers"][row["id"]] = row
        if row["exits_at"] is not None:
            self.kernel.timer(self.part, row["exits_at"] - self.kernel.now, "exit", row["id"], cause=span)
        if row["usage"]["memory"][2]:
            out_of_memory.watch(self, span)
        self.taken += row["usage"]["memory"][0]
        node_network.of(self).process_started(row, self.state["sandboxes"][row["sandbox"]], span)
        self.images.answer(call, {"started_at": self.kernel.now, "look": self._near(row["usage"])}, span)

    def _near(self, uses: dict[str, Any] | None) -> bool:
        """Whether memory or disk may come near their end: then the kubelet had better look at them."""
        if uses is not None and (uses["memory"][2] or uses["disk"][2]):
            return True
        return self.taken > quantity.value(self.kernel.machines[self.node]["memory"]) // 2

    def _stop_container(self, call: dict[str, Any], span: int) -> None:
        """SIGTERM, then SIGKILL when the grace (µs) is over. A second call may shorten the grace."""
        container = self.state["containers"].get(call["container"])
        if container is None or container["state"] != "running":
            self.images.answer(call, {}, span)
            return
        program, again = container["program"], container["id"] in self.state["stopping"]
        self.state["stopping"][container["id"]] = {**call, "killed_at": self.kernel.now + call["grace"]}
        if program["termAfter"] is not None and program["termAfter"] <= call["grace"] and not hangs(container):
            if not again:
                self.kernel.timer(self.part, program["termAfter"], "stopped", [container["id"], program["termCode"]],
                                  cause=span)
        else:
            self.kernel.timer(self.part, call["grace"], "stopped", [container["id"], apps.SIGKILL_CODE], cause=span)

    def _stopped(self, what: list[Any], span: int) -> None:
        number, code = what
        container = self.state["containers"].get(number)
        if container is None or container["state"] != "running":
            return
        if code != apps.SIGKILL_CODE and hangs(container):  # it never got to the signal
            left = max(0, self.state["stopping"][number]["killed_at"] - self.kernel.now)
            self.kernel.timer(self.part, left, "stopped", [number, apps.SIGKILL_CODE], cause=span)
            return
        span = self.kernel.work(self.part, span, verb="stopped", subject=container["name"],
                                phrase="runtime.killed" if code == apps.SIGKILL_CODE else "runtime.ended",
                                args={"container": container["name"], "pod": container["pod"]})
        self._exited(container, code, "Completed" if code == 0 else "Error", span)

    def _exit(self, number: str, span: int) -> None:
        container = self.state["containers"].get(number)
        if container is None or container["state"] != "running" or hangs(container):
            return
        if container["exits_at"] is not None and container["exits_at"] <= self.kernel.now:
            self._ends(container, *container_limits.outcome(container), span)

    def _crash(self, fault: dict[str, Any], span: int) -> None:
        """A person makes the process exit."""
        container = self.state["containers"].get(fault["id"])
        if container is not None and container["state"] == "running":
            self._ends(container, fault["code"], "Completed" if fault["code"] == 0 else "Error", span)

    def _oom(self, fault: dict[str, Any], span: int) -> None:
        """It asks for more memory than there is for it: the operating system kills its process."""
        container = self.state["containers"].get(fault["id"])
        if container is not None and container["state"] == "running":
            self._ends(container, apps.SIGKILL_CODE, "OOMKilled", span)

    def _hang(self, fault: dict[str, Any], span: int) -> None:
        """The process stands still: it lives, and neither answers nor ends."""
        container = self.state["containers"].get(fault["id"])
        if container is not None and container["state"] == "running" and not hangs(container):
            self.state["containers"][container["id"]] = hung(container, self.kernel.now)

    def _go_on(self, fault: dict[str, Any], span: int) -> None:
        container = self.state["containers"].get(fault["id"])
        if container is None or container["state"] != "running" or not hangs(container):
            return
        row = self.state["containers"][container["id"]] = goes_on(container, self.kernel.now)
        if row["exits_at"] is not None:
            self.kernel.timer(self.part, max(0, row["exits_at"] - self.kernel.now), "exit", row["id"], cause=span)
        if row["id"] in self.state["stopping"] and row["program"]["termAfter"] is not None:
            self.kernel.timer(self.part, row["program"]["termAfter"], "stopped", [row["id"], row["program"]["termCode"]],
                              cause=span)

    def _update_resources(self, call: dict[str, Any], span: int) -> None:
        """UpdateContainerResources: new limits for a container that runs (a resize in place)."""
        container = self.state["containers"].get(call["container"])
        if container is not None and container["state"] == "running":
            row = container_limits.resized(container, call["resources"], self.kernel.now)
            self.state["containers"][row["id"]] = row
            if row["exits_at"] is not None:
                self.kernel.timer(self.part, max(0, row["exits_at"] - self.kernel.now), "exit", row["id"], cause=span)
        self.images.answer(call, {}, span)

    def _container_stats(self, call: dict[str, Any], span: int) -> None:
        """ContainerStats and ImageFsInfo: what everything uses."""
        machine = self.kernel.machines[self.node]
        self.images.answer(call, machine_stats.stats(self.state, machine, self.kernel.world, self.kernel.now), span)

    def _machine_changed(self, payload: Any, span: int) -> None:
        """The machine's memory may be used up."""
        out_of_memory.watch(self, span)

    def ended(self, container: dict[str, Any], code: int, reason: str, span: int) -> None:
        """A container's process was ended from below."""
        self._exited(container, code, reason, span)

    def _ends(self, container: dict[str, Any], code: int, reason: str, span: int) -> None:
        span = self.kernel.work(
            self.part, span, verb="exit", subject=container["name"],
            phrase="runtime.out-of-memory" if reason == "OOMKilled" else "runtime.exited",
            args={"container": container["name"], "pod": container["pod"], "node": self.node, "code": code})
        self._exited(container, code, reason, span)

    def _exited(self, container: dict[str, Any], code: int, reason: str, span: int) -> None:
        if container["usage"]:
            self.taken -= container["usage"]["memory"][0]
            spent = machine_stats.cpu_time_of(container, self.kernel.now)
            self.state["cpu_of_the_dead"] = self.state.get("cpu_of_the_dead", 0) + spent
        self._change(container, state="exited", exits_at=None, finished_at=self.kernel.now, code=code, reason=reason)
        node_network.of(self).process_ended(container, span)
        call = self.state["stopping"].pop(container["id"], None)
        if call is not None:
            self.images.answer(call, {}, span)
        self.kernel.send(self.part, f"{self.node}/kubelet", "container-exited",
                         {"uid": container["uid"], "container": container["id"], "code": code, "reason": reason,
                          "started_at": container["started_at"], "finished_at": self.kernel.now}, span, verb="exited",
                         subject=container["name"])

    def _probe(self, call: dict[str, Any], span: int) -> None:
        found = probe_target.answer(self.state, call, self.kernel.now)
        if found.pop("late", False):
            timeout = call["probe"].get("timeoutSeconds", 1) * SECOND
            self.kernel.timer(self.part, timeout, "probed", [call, found], background=True)
        else:
            self.images.answer(call, found, span)

    def _probed(self, what: list[Any], span: int) -> None:
        """Nothing came until the probe's time-out."""
        call, found = what
        self.images.answer(call, found, span)

    def _exec_sync(self, call: dict[str, Any], span: int) -> None:
        """Run a command beside the program (a preStop hook, kubectl exec); the answer comes when it has ended."""
        container = self.state["containers"].get(call["container"])
        ran = probe_target.execute(container, call["command"], self.kernel.now)
        self.kernel.timer(self.part, min(ran["time"], call["timeout"]), "executed", [call, ran], cause=span)

    def _executed(self, what: list[Any], span: int) -> None:
        call, ran = what
        late = ran["time"] > call["timeout"]
        self.images.answer(call, {"text": ran["text"], "code": ran["code"], **({"late": True} if late else {})}, span)

    def _read_log(self, call: dict[str, Any], span: int) -> None:
        rows = [*self.state["containers"].values()]
        container = container_log.choose(rows, call["uid"], call["container"], bool(call.get("previous")))
        if container is None:
            self.images.answer(
                call, {"error": "NotFound", "message": "the container is gone, and its log with it"}, span
            )
            return
        text = container_log.text(container, call, self.kernel.now, self.kernel.epoch)
        self.images.answer(call, {"text": text, "time": self.kernel.now}, span)

    def _remove_image(self, call: dict[str, Any], span: int) -> None:
        """The kubelet needs room on the disk."""
        self.state["images"].pop(call["image"], None)
        self.images.answer(call, {}, span)

    # What all share

    def _change(self, container: dict[str, Any], **values: Any) -> None:
        self.state["containers"][container["id"]] = {**container, **values}

    def _id(self, what: str) -> str:
        """64 hexadecimal digits, as container ids have."""
        return f"{self.kernel.draws.bits(what):032x}{self.kernel.draws.bits(what):032x}"

    def view(self) -> dict[str, Any]:
        """What really runs: containers with their states, and the images that are here."""
        return {**super().view(), "containers": shown(self.state, self.kernel.now), "images": [*self.state["images"]]}


HANDLERS = {
    "RunPodSandbox": "_run_pod_sandbox", "sandbox": "_sandbox", "StopPodSandbox": "_stop_pod_sandbox",
    "RemovePodSandbox": "_remove_pod_sandbox", "ListPodSandbox": "_list_pod_sandbox",
    "CreateContainer": "_create_container", "StartContainer": "_start_container", "started": "_started",
    "StopContainer": "_stop_container", "stopped": "_stopped", "exit": "_exit", "crash": "_crash", "Probe": "_probe",
    "probed": "_probed", "oom": "_oom", "hang": "_hang", "go-on": "_go_on", "ContainerStats": "_container_stats",
    "UpdateContainerResources": "_update_resources", "machine-changed": "_machine_changed", "RemoveImage": "_remove_image",
    "ExecSync": "_exec_sync", "ReadLog": "_read_log", "executed": "_executed",
}
__all__ = ["SECOND", "ContainerRuntime"]
