"""Etcd members on machines of their own, and a client beside each."""

from __future__ import annotations

from typing import Any

from cluster_sim.etcd import Etcd
from cluster_sim.kernel import Component, Kernel

Object = dict[str, Any]


class Client(Component):
    """Keeps what it is answered."""

    def reset(self) -> None:
        self.state.clear()
        self.state.update({"n": 0, "answers": {}, "events": [], "ended": ""})

    def receive(self, kind: str, payload: Any, span: int) -> None:
        if kind == "watched":
            self.state["events"] += payload["events"]
            self.state["ended"] = payload.get("error", "")
        else:
            self.state["answers"][payload["id"]] = (self.kernel.now, payload)


class Group:
    """`members` of a new cluster, called m1, m2, …; further machines can be added."""

    def __init__(self, members: int, seed: int = 1) -> None:
        self.kernel = Kernel(seed)
        names = [f"m{number}" for number in range(1, members + 1)]
        for name in names:
            self.machine(name, [f"{name}/etcd" for name in names])
        for name in names:
            self.kernel.components[f"{name}/etcd"].start(0)
        self.run(3)

    def machine(self, name: str, initial: list[str]) -> Etcd:
        """A machine with an etcd that is not started yet."""
        self.kernel.machines[name] = {"role": "control-plane"}
        member = Etcd(self.kernel, f"{name}/etcd")
        member.initial = tuple(initial)
        self.kernel.register(member)
        self.kernel.register(Client(self.kernel, f"{name}/kube-apiserver"))
        return member

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.kernel.run_until(self.kernel.now + round(seconds * 1_000_000))

    def __getitem__(self, name: str) -> Etcd:
        member = self.kernel.components[f"{name}/etcd"]
        assert isinstance(member, Etcd)
        return member

    def client(self, name: str) -> Client:
        """The client on a machine."""
        client = self.kernel.components[f"{name}/kube-apiserver"]
        assert isinstance(client, Client)
        return client

    def send(self, name: str, kind: str, **payload: Any) -> int:
        """The client on `name` asks its member; → the number of the call."""
        client = self.client(name)
        client.state["n"] += 1
        number: int = client.state["n"]
        self.kernel.send(client.part, f"{name}/etcd", kind, {"source": client.part, "id": number, **payload}, 0)
        return number

    def answer(self, name: str, number: int) -> Object | None:
        """What a call was answered, if it was."""
        got = self.client(name).state["answers"].get(number)
        return None if got is None else got[1]

    def ask(self, name: str, kind: str, limit: float = 20, **payload: Any) -> Object:
        """Ask and wait; the answer has `after`, the seconds it took."""
        start, number = self.kernel.now, self.send(name, kind, **payload)
        while self.answer(name, number) is None:
            assert self.kernel.now - start < limit * 1_000_000, f"no answer to {kind} {payload}"
            self.kernel.step()
        return {**(self.answer(name, number) or {}), "after": (self.kernel.now - start) / 1_000_000}

    def put(self, name: str, key: str, value: Any, **more: Any) -> Object:
        """Write a key, whatever it was."""
        return self.ask(name, "txn", op="put", key=key, value=value, compare=None, **more)

    @property
    def leader(self) -> str:
        """The machine of the leader that a majority follows."""
        found = [member.node for member in self.members() if member.leads()]
        return max(found, key=lambda name: self[name].raft.disk["term"], default="")

    @property
    def followers(self) -> list[str]:
        """The machines of the others that run."""
        return [member.node for member in self.members() if member.node != self.leader]

    def members(self) -> list[Etcd]:
        """Those that run."""
        return [part for part in self.kernel.components.values()
                if isinstance(part, Etcd) and self.kernel.is_running(part.part) and part.state["memory"]]

    def story(self) -> list[str]:
        """What was told so far, details included."""
        return [span.text for span in self.kernel.trace.since(0)]
