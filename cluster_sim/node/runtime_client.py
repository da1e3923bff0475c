"""The kubelet's side of the Container Runtime Interface: calls, their answers, and a runtime that is not there.

What waits for an answer is plain data: the name of the method to go on with, the pod and the container. A runtime
that dies resets the connection; the kubelet forgets what it had asked, tries again every 5 s, and when it is back
looks anew at what there is. Source: kubernetes pkg/kubelet/cri/remote, kubelet.go (updateRuntimeUp).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.kernel import BACKGROUND, DETAIL, SECOND, STORY
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import kubelet_server, relist
from cluster_sim.node.node_registration import RUNTIME_PATIENCE

if TYPE_CHECKING:
    from cluster_sim.node.kubelet import Kubelet

register_phrases({
    "kubelet.runtime-down": "kubelet on {node} reaches its container runtime no more. What runs, runs on",
    "kubelet.asks-again": "kubelet on {node} tries to reach its container runtime again",
    "kubelet.runtime-up": "kubelet on {node} reaches its container runtime again",
}, file="cluster_sim/node/runtime_client.py")

Object = dict[str, Any]
RETRY = 5 * SECOND


class RuntimeClient:
    """Works on the kubelet's state."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.kernel = kubelet.kernel
        self.part = f"{kubelet.node}/container-runtime"

    def call(self, kind: str, payload: Object, then: str, uid: str, container: str, cause: int, *, phrase: str = "",
             args: dict[str, Any] | None = None, level: int = DETAIL, subject: str = "") -> int:
        """Ask; the answer goes to `on_<then>`. → the number of the call."""
        state = self.kubelet.state
        state["next"] = number = state["next"] + 1
        state["runtime_calls"][str(number)] = [then, uid, container]
        self.kernel.send(self.kubelet.part, self.part, kind,
                         {"source": self.kubelet.part, "id": number, "subject": subject, **payload}, cause, verb=kind,
                         subject=subject, phrase=phrase, args=args, level=level)
        return int(number)

    def ask(self, cause: int) -> None:
        """Connect, and ask for everything that is there."""
        self.kernel.connect(self.kubelet.part, self.part)
        self.call("ListPodSandbox", {}, "listed", "", "", cause, level=BACKGROUND)

    def ask_again(self, span: int) -> None:
        """The pause after a failure is over."""
        self.kubelet.state["relisting"] = False
        self.kernel.tell(span, "kubelet.asks-again", {"node": self.kubelet.node})
        self.ask(span)

    def answered(self, answer: Object, span: int) -> None:
        """An answer came: on with the pod it was for."""
        kubelet = self.kubelet
        call = kubelet.state["runtime_calls"].pop(str(answer["id"]), None)
        if call is None or kubelet_server.served(kubelet, answer, span):
            return
        then, uid, container = call
        if not uid and then != "listed":  # it was asked for the node, not for a pod
            getattr(kubelet.evictions, f"on_{then}")(answer, span)
            return
        if then == "listed":
            self._is_up(span)
            relist.settle(kubelet, answer, span)
            return
        worker = kubelet.workers.get(uid)
        if worker is None:
            return
        pod = kubelet.pod_of(worker)
        if pod is not None or then in ("sandbox_stopped", "hooked"):
            for room in (kubelet.start_up, kubelet.pulls, kubelet.ending, kubelet.probes, kubelet.resizes):
                method = getattr(room, f"on_{then}", None)
                if method is not None:
                    method(pod, worker, container, answer, span)
        elif then in ("sandbox", "created", "started"):
            made_for_nothing(worker, then, container, answer)
            kubelet.ending.go_on(None, worker, span)

    def is_down(self, span: int) -> None:
        """Nothing can start or stop; what was asked is forgotten, and asked again when the runtime answers."""
        kubelet, state = self.kubelet, self.kubelet.state
        kubelet_server.lost(kubelet, span)
        state["runtime_calls"] = {}
        state["settled"] = False
        if state["runtime_down"] is None:
            state["runtime_down"] = self.kernel.now
            self._tell("kubelet.runtime-down", span)
            self.kernel.timer(kubelet.part, RUNTIME_PATIENCE, "runtime-check", background=True)
        if not state["relisting"]:
            state["relisting"] = True
            self.kernel.timer(kubelet.part, RETRY, "relist-runtime", background=True)

    def _is_up(self, span: int) -> None:
        state = self.kubelet.state
        state["reached"] = True
        if state["runtime_down"] is not None:
            state["runtime_down"] = None
            span = self._tell("kubelet.runtime-up", span)
        self.kubelet.registration.update(span)

    def _tell(self, phrase: str, span: int) -> int:
        return self.kernel.work(self.kubelet.part, span, verb="notice", phrase=phrase, args={"node": self.kubelet.node},
                                level=STORY)


def made_for_nothing(worker: Object, then: str, container: str, answer: Object) -> None:
    """The pod went while its sandbox or container was being made: note what must be cleared up."""
    worker["making"] = False
    if then == "sandbox":
        worker["sandbox"] = answer.get("sandbox")
    elif "error" not in answer:
        row = {**worker["containers"][container], "step": ""}
        if then == "created":
            row["id"] = answer["container"]
        else:
            row.update(state="running", started=answer["started_at"])
        worker["containers"][container] = row
