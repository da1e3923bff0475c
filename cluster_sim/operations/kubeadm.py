"""kubeadm at work on a machine: a list of steps, one after the other, each told as it is done.

It is a client of the API server like any other; what it has to do at the machine itself (write files, start processes)
it does there and then. When the last step is done the process ends. If it dies on the way (its machine loses power),
what it had done stays: reset the machine and begin again, as one would.

A step is a method of a module of this room: `step(kubeadm, span)`. It ends with `kubeadm.go_on(span)`, or asks
somebody and goes on in `answered(kubeadm, data, status, body, span)`, or comes back by `kubeadm.again(span)`.

Source: kubernetes cmd/kubeadm/app/cmd (join.go, reset.go, phases).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.client import Process
from cluster_sim.kernel import DETAIL, SECOND, STORY
from cluster_sim.kernel.loop import register_connecting
from cluster_sim.kernel.span import register_phrases

register_connecting("member-list", "member-add", "member-promote", "member-remove")
register_phrases({
    "kubeadm.waits": "kubeadm on {node} looks again; at its last look: {why}",
    "kubeadm.fails": "kubeadm on {node} gives up: {why}",
}, file="cluster_sim/operations/kubeadm.py")

Object = dict[str, Any]
ADMIN = "admin"
POLL = SECOND
PATIENCE = 300  # looks before it gives up: kubeadm's time-outs are 1 to 5 minutes


class Kubeadm(Process):
    """Part `NODE/kubeadm`. State: operation (its id), plan (names of steps), at, options, looks, as (whom it asks as)."""

    kind = "kubeadm"
    door = ""

    def reset(self) -> None:
        """The process died: the work is left as it is."""
        super().reset()
        self.state.update({"operation": "", "plan": [], "at": 0, "options": {}, "looks": 0, "as": ADMIN, "asking": 0,
                           "local": False})

    @property
    def server(self) -> str:  # type: ignore[override]
        """The API server of its own machine once that is there, before that the cluster's."""
        return f"{self.node}/kube-apiserver" if self.state["local"] else self.door

    @server.setter
    def server(self, door: str) -> None:
        self.door = door

    @property
    def user(self) -> str:  # type: ignore[override]
        """Whose credentials it uses for this step."""
        return str(self.state["as"])

    @property
    def token(self) -> str:  # type: ignore[override]
        """The bootstrap token, while it has nothing else to show."""
        return str(self.state["options"].get("token", "")) if self.user == "system:bootstrap" else ""

    @property
    def options(self) -> Object:
        """What was asked for."""
        options: Object = self.state["options"]
        return options

    def start(self, cause: int) -> None:
        """Nobody starts it again after its machine lost power."""
        self.end(cause)

    def begin(self, operation: str, plan: list[str], options: Object, span: int) -> None:
        """Start with the first step."""
        self.state.update(operation=operation, plan=plan, options=dict(options))
        self._step(span)

    def go_on(self, span: int) -> None:
        """The step is done: on to the next, or the end."""
        self.state["at"] += 1
        self.state["looks"] = 0
        if self.state["at"] < len(self.state["plan"]):
            self._step(span)
        else:
            self.end(span)

    def again(self, span: int, why: str, after: int = POLL) -> None:
        """Not yet: take the step again after a pause, but not for ever."""
        self.state["looks"] += 1
        if self.state["looks"] > PATIENCE:
            self.fail(why, span)
        else:
            self.kernel.timer(self.part, after, "step", why, background=True)

    def fail(self, why: str, span: int) -> None:
        """It cannot be done: say so and stop."""
        span = self.tell("kubeadm.fails", span, why=why)
        self.end(span)

    def end(self, span: int) -> None:
        """The process ends."""
        self.kernel.remove(self.part)

    def tell(self, phrase: str, span: int, level: int = STORY, **args: Any) -> int:
        """Tell what is done; what follows is caused by it."""
        return self.kernel.work(self.part, span, verb="kubeadm", subject=phrase.partition(".")[2], phrase=phrase, level=level,
                                args={"node": self.options.get("node", self.node), **args})

    def ask(self, verb: str, path: str, body: Any, span: int, data: Any = None, phrase: str = "", level: int = DETAIL,
            content_type: str | None = None, **args: Any) -> None:
        """Ask the API server; the step's `answered` goes on."""
        self.request(verb, path, body, cause=span, then="asked", data=data, phrase=phrase, level=level,
                     content_type=content_type, args={"node": self.options.get("node", self.node), **args})

    def ask_etcd(self, kind: str, member: str, payload: Object, span: int) -> None:
        """Ask an etcd member as etcdctl would."""
        self.state["next"] = self.state["asking"] = number = self.state["next"] + 1
        self.kernel.connect(self.part, member)
        self.kernel.send(self.part, member, kind, {"source": self.part, "id": number, **payload}, span, verb=kind)

    def on_asked(self, data: Any, status: int, body: Any, span: int) -> None:
        """The API server's answer."""
        self._room().answered(self, self._name(), data, status, body, span)

    def on_timer(self, kind: str, payload: Any, span: int) -> None:
        """etcd's answer, or the end of a pause."""
        if kind == "step":
            self.kernel.tell(span, "kubeadm.waits", {"node": self.options.get("node", self.node), "why": payload})
            self._step(span)
        elif kind == "member-answer" and payload["id"] == self.state["asking"]:
            self.state["asking"] = 0
            self._room().answered(self, self._name(), "etcd", 500 if "error" in payload else 200, payload, span)
        elif kind in ("refused", "closed") and self.state["asking"] and payload.get("peer", "").endswith("/etcd"):
            self.state["asking"] = 0
            self._room().answered(self, self._name(), "etcd", 0, None, span)

    def _name(self) -> str:
        return str(self.state["plan"][self.state["at"]])

    def _room(self) -> Any:
        from cluster_sim.operations import join, reset

        return reset if self.options.get("leaving") else join

    def _step(self, span: int) -> None:
        getattr(self._room(), f"step_{self._name()}")(self, span)

    def view(self) -> Object:
        """Which operation it carries out, and how far it is."""
        return {**super().view(), "operation": self.state["operation"], "steps": list(self.state["plan"]),
                "step": self.state["at"], "about": self.options.get("node", self.node)}
