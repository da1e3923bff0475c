"""An API server with its etcd and one client before it; nothing else runs."""

from __future__ import annotations

from typing import Any

from cluster_sim.apiserver import APIServer
from cluster_sim.etcd import Etcd
from cluster_sim.kernel import Component, Kernel
from cluster_sim.kernel.loop import register_connecting

register_connecting("request")

Object = dict[str, Any]
SERVER, STORE = "m/kube-apiserver", "m/etcd"
PODS, CONFIGS = "/api/v1/namespaces/default/pods", "/api/v1/namespaces/default/configmaps"
MERGE, STRATEGIC = "application/merge-patch+json", "application/strategic-merge-patch+json"


class Client(Component):
    """Sends requests; keeps answers and what its watches brought."""

    def reset(self) -> None:
        self.state.clear()
        self.state.update({"n": 0, "answers": {}, "events": {}, "ended": []})

    def receive(self, kind: str, payload: Any, span: int) -> None:
        if kind in ("response", "refused"):
            self.state["answers"][str(payload["id"])] = payload
        elif kind == "watch":
            self.state["events"].setdefault(str(payload["id"]), []).extend(payload["events"])
            if payload.get("end"):
                self.state["ended"].append(payload["id"])


class Door:
    """The three of them, with a few words for talking to them."""

    def __init__(self) -> None:
        self.kernel = Kernel(1)
        self.kernel.machines["m"] = {"name": "m", "index": 0}
        self.etcd, self.server = Etcd(self.kernel, STORE), APIServer(self.kernel, SERVER)
        self.server.store = STORE
        self.client = Client(self.kernel, "user/admin")
        for part in (self.etcd, self.server, self.client):
            self.kernel.register(part)
        self.etcd.start(0)
        self.server.start(0)
        self.run(2)
        assert self.server.view()["ready"]
        self.ask("POST", "/api/v1/namespaces/default/serviceaccounts", {"metadata": {"name": "default"}})

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.kernel.run_until(self.kernel.now + int(seconds * 1_000_000))

    def send(self, verb: str, path: str, body: Any = None, kind: str | None = None, user: str = "admin",
             headers: Object | None = None) -> int:
        """Send a request; → its number."""
        self.client.state["n"] = number = self.client.state["n"] + 1
        call = {"source": self.client.part, "id": number, "verb": verb, "path": path, "body": body, "user": user,
                "contentType": kind, "headers": headers}
        self.kernel.send(self.client.part, SERVER, "request", call, 0)
        return number

    def answer(self, number: int) -> tuple[int, Any]:
        """Wait for the answer; → (status, body), (0, None) if the connection was refused."""
        answers = self.client.state["answers"]
        while str(number) not in answers:
            assert self.kernel.step() is not None, "nobody answers"
        got = answers[str(number)]
        return got.get("status", 0), got.get("body")

    def ask(self, *arguments: Any, **more: Any) -> tuple[int, Any]:
        """Send and wait."""
        return self.answer(self.send(*arguments, **more))

    def events(self, number: int) -> list[tuple[str, str]]:
        """What a watch has brought: (type, name)."""
        return [(kind, obj.get("metadata", {}).get("name", "")) for kind, obj in self.client.state["events"].get(str(number), [])]

    @property
    def revision(self) -> int:
        """etcd's."""
        return self.etcd.store.revision


def a_pod(name: str = "web", **spec: Any) -> Object:
    """A pod of one container."""
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
            "spec": {"containers": [{"name": "c", "image": "x:1"}], **spec}}


def a_config(name: str = "a", **data: str) -> Object:
    """A ConfigMap."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, **({"data": data} if data else {})}


def a_deployment(name: str = "web", **spec: Any) -> Object:
    """A Deployment of one container, its labels right."""
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "c", "image": "x:1"}]}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {"selector": {"matchLabels": {"app": name}}, "template": template, **spec}}
