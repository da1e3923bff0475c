"""The container runtime: makes sandboxes, pulls images, starts and stops containers, as the kubelet asks.

The messages are those of the Container Runtime Interface: RunPodSandbox, PullImage, CreateContainer, StartContainer,
StopContainer, StopPodSandbox, RemovePodSandbox, and a list for a kubelet that has just started. Containers outlive
this process: each has a shim of its own, so stopping the runtime stops no container, and nothing new can start. Only
the loss of power ends them; images are on the disk and stay.

What a container does comes from `apps`. The real CRI has a separate stream of container events, or the kubelet looks
each second (PLEG); ours tells the kubelet at once. Source: cri-api pkg/apis/runtime/v1/api.proto; containerd
internal/cri/server.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.apps import behaviour_of
from cluster_sim.kernel import DETAIL, MS, SECOND, Component
from cluster_sim.kernel.loop import register_connecting
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node.registry import parse

CALLS = ("RunPodSandbox", "PullImage", "CreateContainer", "StartContainer", "StopContainer", "StopPodSandbox",
         "RemovePodSandbox", "ListPodSandbox", "Probe")
register_connecting(*CALLS)
register_phrases({
    "runtime.exited": "A container of pod {pod} on {node} exits by itself, with code {code}",
    "runtime.killed": "{name} in pod {pod} is killed: its grace period is over",
}, file="cluster_sim/node/container_runtime.py")

SANDBOX_TIME = 60 * MS  # a network namespace, its interface and address, and the pause container
CREATE_TIME = 30 * MS
START_TIME = 80 * MS
BANDWIDTH = 100  # bytes a microsecond (100 MB/s)
FIRST_ADDRESS = 2  # .0 is the network, .1 the bridge


class ContainerRuntime(Component):
    """Part `NODE/container-runtime`."""

    kind = "container-runtime"

    def reset(self) -> None:
        """The process died: calls are forgotten, containers and images are not."""
        kept = {name: self.state.get(name, {}) for name in ("sandboxes", "containers", "images", "addresses")}
        number = self.state.get("next", 0)
        self.state.clear()
        self.state.update({"next": number, **kept, "pulling": None, "pulls": [], "calls": {}})

    def lose_power(self) -> None:
        """The machine is off: no container survives."""
        for name in ("sandboxes", "containers", "addresses"):
            self.state[name] = {}

    def start(self, cause: int) -> None:
        """Containers that ended meanwhile are noticed; those that will end are waited for."""
        for container in [*self.state["containers"].values()]:
            if container["state"] == "running" and container["exits_at"] is not None:
                self.kernel.timer(self.part, max(0, container["exits_at"] - self.kernel.now), "exit", container["id"])

    def receive(self, kind: str, payload: Any, span: int) -> None:
        """A call of the kubelet, the registry's answer, or a container that ends."""
        getattr(self, f"_{_snake(kind)}")(payload, span)

    # Sandboxes

    def _run_pod_sandbox(self, call: dict[str, Any], span: int) -> None:
        self.kernel.timer(self.part, SANDBOX_TIME, "sandbox-made", call, cause=span)

    def _sandbox_made(self, call: dict[str, Any], span: int) -> None:
        pod = call["pod"]
        ip = call["node_ip"] if call["host_network"] else self._address(call["network"], pod["uid"])
        sandbox = {"id": self._number("sandbox"), "uid": pod["uid"], "namespace": pod["namespace"],
                   "name": pod["name"], "ip": ip}
        self.state["sandboxes"][sandbox["id"]] = sandbox
        self._answer(call, {"sandbox": sandbox["id"], "ip": ip}, span)

    def _stop_pod_sandbox(self, call: dict[str, Any], span: int) -> None:
        sandbox = self.state["sandboxes"].get(call["sandbox"])
        if sandbox is not None:
            self.state["addresses"].pop(sandbox["ip"], None)
        self._answer(call, {}, span)

    def _remove_pod_sandbox(self, call: dict[str, Any], span: int) -> None:
        sandbox = self.state["sandboxes"].pop(call["sandbox"], None)
        for container in [*self.state["containers"].values()]:
            if container["sandbox"] == call["sandbox"]:
                del self.state["containers"][container["id"]]
        if sandbox is not None:
            self.state["addresses"].pop(sandbox["ip"], None)

    def _list_pod_sandbox(self, call: dict[str, Any], span: int) -> None:
        self._answer(call, {"sandboxes": [*self.state["sandboxes"].values()],
                            "containers": [*self.state["containers"].values()]}, span)

    # Images

    def _pull_image(self, call: dict[str, Any], span: int) -> None:
        image, policy = call["image"], call["policy"]
        if parse(image) is None:
            self._answer(call, {"error": "InvalidImageName", "message":
                                f'Failed to apply default image tag "{image}": couldn\'t parse image name "{image}": '
                                "invalid reference format"}, span)
        elif image in self.state["images"] and policy != "Always":
            self._answer(call, {"present": True, "size": self.state["images"][image]}, span)
        elif policy == "Never":
            self._answer(call, {"error": "ErrImageNeverPull", "message":
                                f'Container image "{image}" is not present with pull policy of Never'}, span)
        else:  # one pull at a time, as the kubelet's serializeImagePulls has it
            self.state["pulls"].append([call, span, self.kernel.now])
            self._next_pull()

    def _next_pull(self) -> None:
        if self.state["pulling"] is None and self.state["pulls"]:
            call, span, _ = self.state["pulling"] = self.state["pulls"].pop(0)
            self.kernel.send(self.part, "registry", "resolve", {"source": self.part, "id": call["id"],
                                                                "image": call["image"]}, span, verb="resolve",
                             subject=call["image"], level=DETAIL)

    def _resolved(self, answer: dict[str, Any], span: int) -> None:
        if self.state["pulling"] is None:
            return
        call, _, _ = self.state["pulling"]
        if not answer["found"]:
            self._pull_failed(_not_found(call["image"]), span)
            return
        known = self.state["images"].get(call["image"])
        time = 0 if known else answer["size"] // BANDWIDTH
        self.kernel.timer(self.part, time, "pulled", answer, cause=span)

    def _pulled(self, answer: dict[str, Any], span: int) -> None:
        if self.state["pulling"] is None:
            return
        call, _, since = self.state["pulling"]
        self.state["pulling"] = None
        self.state["images"][call["image"]] = answer["size"]
        self._answer(call, {"present": False, "size": answer["size"], "took": self.kernel.now - since}, span)
        self._next_pull()

    def _pull_failed(self, message: str, span: int) -> None:
        call, _, _ = self.state["pulling"]
        self.state["pulling"] = None
        self._answer(call, {"error": "ErrImagePull", "message": message}, span)
        self._next_pull()

    # Containers

    def _create_container(self, call: dict[str, Any], span: int) -> None:
        self.kernel.timer(self.part, CREATE_TIME, "created", call, cause=span)

    def _created(self, call: dict[str, Any], span: int) -> None:
        sandbox = self.state["sandboxes"].get(call["sandbox"])
        if sandbox is None:
            self._answer(call, {"error": "CreateContainerError", "message": "the pod's sandbox is gone"}, span)
            return
        number = self._number("container")
        self.state["containers"][number] = {
            "id": number, "sandbox": call["sandbox"], "uid": sandbox["uid"], "namespace": sandbox["namespace"],
            "pod": sandbox["name"], "name": call["container"]["name"], "image": call["container"]["image"],
            "state": "created", "spec": call["container"], "started_at": None, "exits_at": None, "code": None,
            "reason": "", "attempt": call["attempt"]}
        self._answer(call, {"container": number}, span)

    def _start_container(self, call: dict[str, Any], span: int) -> None:
        self.kernel.timer(self.part, START_TIME, "started", call, cause=span)

    def _started(self, call: dict[str, Any], span: int) -> None:
        container = self.state["containers"].get(call["container"])
        if container is None:
            self._answer(call, {"error": "RunContainerError", "message": "the container is gone"}, span)
            return
        app = behaviour_of(container["spec"])
        exits = None if app.exits_after is None else self.kernel.now + app.exits_after
        self._change(container, state="running", started_at=self.kernel.now, exits_at=exits)
        if exits is not None:
            self.kernel.timer(self.part, exits - self.kernel.now, "exit", container["id"], cause=span)
        self._answer(call, {"started_at": self.kernel.now}, span)

    def _stop_container(self, call: dict[str, Any], span: int) -> None:
        """SIGTERM, then SIGKILL when the grace (µs) is over."""
        container = self.state["containers"].get(call["container"])
        if container is None or container["state"] != "running":
            self._answer(call, {}, span)
            return
        app = behaviour_of(container["spec"])
        self.state["calls"][container["id"]] = call
        if app.stops_in is not None and app.stops_in <= call["grace"]:
            self.kernel.timer(self.part, app.stops_in, "stopped", [container["id"], app.stop_code], cause=span)
        else:
            self.kernel.timer(self.part, call["grace"], "stopped", [container["id"], 137], cause=span)

    def _stopped(self, what: list[Any], span: int) -> None:
        number, code = what
        container = self.state["containers"].get(number)
        if container is None or container["state"] != "running":
            return
        if code == 137:
            span = self.kernel.work(self.part, span, verb="kill", subject=container["name"], phrase="runtime.killed",
                                    args={"name": container["name"], "pod": container["pod"]})
        self._exited(container, code, "Completed" if code == 0 else "Error", span)

    def _exit(self, number: str, span: int) -> None:
        container = self.state["containers"].get(number)
        if container is None or container["state"] != "running" or container["exits_at"] is None:
            return
        app = behaviour_of(container["spec"])
        self._exit_by_itself(container, app.code, app.reason, span)

    def _crash(self, fault: dict[str, Any], span: int) -> None:
        container = self.state["containers"].get(fault["id"])
        if container is not None and container["state"] == "running":
            code = fault["code"]
            self._exit_by_itself(container, code, "Completed" if code == 0 else "Error", span)

    def _exit_by_itself(self, container: dict[str, Any], code: int, reason: str, span: int) -> None:
        span = self.kernel.work(self.part, span, verb="exit", subject=container["name"], phrase="runtime.exited",
                                args={"pod": container["pod"], "node": self.node, "code": code})
        self._exited(container, code, reason, span)

    def _exited(self, container: dict[str, Any], code: int, reason: str, span: int) -> None:
        self._change(container, state="exited", exits_at=None, finished_at=self.kernel.now, code=code, reason=reason)
        call = self.state["calls"].pop(container["id"], None)
        if call is not None:
            self._answer(call, {}, span)
        self.kernel.send(self.part, f"{self.node}/kubelet", "container-exited",
                         {"uid": container["uid"], "container": container["id"], "code": code, "reason": reason,
                          "started_at": container["started_at"], "finished_at": self.kernel.now}, span, verb="exited",
                         subject=container["name"])

    def _probe(self, call: dict[str, Any], span: int) -> None:
        """A probe reaches the process: it is served once the app serves."""
        container = self.state["containers"].get(call["container"])
        running = container is not None and container["state"] == "running"
        serves = bool(running and container and
                      self.kernel.now >= container["started_at"] + behaviour_of(container["spec"]).serves_after)
        self._answer(call, {"success": serves}, span)

    # What all share

    def _answer(self, call: dict[str, Any], result: dict[str, Any], span: int) -> None:
        self.kernel.send(self.part, call["source"], "runtime-answer", {"id": call["id"], **result}, span, verb="answer",
                         subject=call.get("subject", ""))

    def _change(self, container: dict[str, Any], **values: Any) -> None:
        self.state["containers"][container["id"]] = {**container, **values}

    def _number(self, what: str) -> str:
        self.state["next"] += 1
        return f"{self.kernel.draws.bits(what):032x}{self.state['next']:08x}"

    def _address(self, network: str, uid: str) -> str:
        """The next free address of the node's pod network `a.b.c.0/24`, going round so that none is reused at once."""
        base, size = network.rpartition(".")[0], 254 - FIRST_ADDRESS + 1
        taken = self.state["addresses"]
        for _ in range(size):
            self.state["last_address"] = last = (self.state.get("last_address", -1) + 1) % size
            ip = f"{base}.{FIRST_ADDRESS + last}"
            if ip not in taken:
                taken[ip] = uid
                return ip
        return ""

    def view(self) -> dict[str, Any]:
        """What really runs: containers with their states, and the images that are here."""
        rows = [{key: row[key] for key in ("id", "namespace", "pod", "uid", "name", "image", "state", "attempt")}
                for row in self.state["containers"].values()]
        return {**super().view(), "containers": rows, "images": [*self.state["images"]]}


def _snake(kind: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind).strip("_").replace("-", "_")


def _not_found(image: str) -> str:
    parsed = parse(image)
    full = f"{parsed[0]}:{parsed[1]}" if parsed else image
    return (f'rpc error: code = NotFound desc = failed to pull and unpack image "{full}": '
            f'failed to resolve reference "{full}": {full}: not found')


__all__ = ["BANDWIDTH", "ContainerRuntime", "SECOND"]
