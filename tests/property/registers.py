"""Three control planes, three clients, and everything that can happen to machines: is what the API servers say linearizable?

`run(seed)` opens a cluster of three control planes. Each client talks to one API server: it writes numbers into two
ConfigMaps, reads them (GET, or a LIST from the watch cache), and creates objects of its own, while members are stopped,
cut off, slowed and switched off. An answer that never came may mean either; an answer that came is a promise. At the
end all is repaired, and what holds is checked:

- the history of each ConfigMap has an order that explains every read (`tests/unit/etcd/register_history.py`);
- no acknowledged write is lost;
- resource versions rise with time: a write that began after another was answered has the greater one.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from cluster_sim import Cluster, FaultError
from tests.unit.etcd.register_history import Operation, is_linearizable

MAPS = "/api/v1/namespaces/default/configmaps"
KEYS = ("x", "y")
MASTERS = ("master-1", "master-2", "master-3")
LENGTH = 90  # acts of a run
HEALING = 60  # virtual seconds until everything works again
MOST_UNKNOWN = 8  # writes without an answer for one key: each doubles what the checker may have to try
SCENE = {"apiVersion": "podium.dev/v1", "kind": "Scene",
         "spec": {"controlPlanes": 3, "workers": 0, "managedControlPlane": True, "addons": []}}

EVERYBODY = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "clients"},
             "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
             "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:authenticated"}]}


@dataclass
class Asked:
    """A request under way: what it is, for which key, and its Call."""

    kind: str
    key: str
    operation: Operation
    call: Any
    revision: int = 0


class Run:
    """One seeded run. `stale`: the clients say that an old answer will do (resourceVersion=0), and must get some."""

    def __init__(self, seed: int, stale: bool = False) -> None:
        self.version = "resourceVersion=0" if stale else ""
        self.wrong: list[str] = []
        self.random = random.Random(seed)
        self.cluster = Cluster.open(SCENE, seed=seed)
        self.cluster.request("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", EVERYBODY)
        for key in KEYS:
            self.cluster.request("POST", MAPS, config_map(key, 0))
        self.number = 0
        self.waiting: list[Asked] = []
        self.answered: list[Asked] = []
        self.unknown = dict.fromkeys(KEYS, 0)

    def client(self) -> str:
        """A client; each has an API server of its own, whose answers it must not outrun."""
        number = self.random.randrange(len(MASTERS))
        self.cluster._user(f"client-{number}").server = f"{MASTERS[number]}/kube-apiserver"
        return f"client-{number}"

    def ask(self, kind: str) -> None:
        """A client asks for something."""
        key, now, client = self.random.choice(KEYS), self.cluster.kernel.now, self.client()
        self.number += 1
        submit = self.cluster.submit
        if kind == "write":
            if self.unknown[key] >= MOST_UNKNOWN:
                return
            call, value = submit("PUT", f"{MAPS}/{key}", config_map(key, self.number), user=client), self.number
        elif kind == "get":
            call, value = submit("GET", f"{MAPS}/{key}?{self.version}", user=client), None
        elif kind == "list":
            call, value = submit("GET", f"{MAPS}?fieldSelector=metadata.name%3D{key}&{self.version}", user=client), None
        else:
            key = f"made-{self.number}"
            call, value = submit("POST", MAPS, config_map(key, self.number), user=client), self.number
        self.unknown[key] = self.unknown.get(key, 0) + (kind == "write")
        self.waiting.append(Asked(kind, key, Operation("write" if value is not None else "read", value, now), call))

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and note each answer at the moment it comes."""
        until = self.cluster.now + seconds
        while self.cluster.advance_until(lambda _: any(one.call.response for one in self.waiting), until - self.cluster.now):
            for one in [one for one in self.waiting if one.call.response]:
                self.waiting.remove(one)
                self.take(one)

    def take(self, one: Asked) -> None:
        """An answer has come; one that says nothing leaves the operation open for ever."""
        response = one.call.response
        if response.ok:
            body = response.body["items"][0] if one.kind == "list" else response.body
            one.operation.returned = self.cluster.kernel.now
            one.revision = int(body["metadata"]["resourceVersion"])
            self.unknown[one.key] -= one.kind == "write"
            if one.operation.kind == "read":
                one.operation.value = int(body["data"]["n"])
        self.answered.append(one)

    def misfortune(self) -> None:
        """Something breaks, or is repaired."""
        active = list(self.cluster.faults()["active"])
        if active and self.random.random() < 0.4:
            self.cluster.undo_fault(self.random.choice(active))
            return
        master = self.random.choice(MASTERS)
        name, target, options = self.random.choice([
            ("stop", f"{master}/etcd", {}), ("stop", f"{master}/kube-apiserver", {}), ("power-off", master, {}),
            ("cut", master, {}), ("partition", f"{master}/etcd", {}), ("partition", master, {"oneWay": True}),
            ("slow", master, {"ms": self.random.choice([20, 200, 1500])}), ("lossy", master, {"percent": 30}),
        ])
        try:
            self.cluster.fault(name, target, **options)
        except FaultError:
            pass  # it is down already

    def play(self) -> list[str]:
        """The whole run; → what is wrong."""
        for _ in range(LENGTH):
            pick = self.random.random()
            if pick < 0.12:
                self.misfortune()
            else:
                self.ask(self.random.choice(["write", "write", "get", "get", "list", "create"]))
            self.pass_time(self.random.choice([0.001, 0.01, 0.1, 0.5, 3]))
        for fault in list(self.cluster.faults()["active"]):
            self.cluster.undo_fault(fault)
        self.pass_time(HEALING)
        return self.verdict()

    def verdict(self) -> list[str]:
        """What is wrong, in sentences."""
        everything = [*self.answered, *self.waiting]
        final = self.cluster.request("GET", MAPS)
        if not final.ok:
            return [f"{HEALING} s after the last repair the API server answers {final.status}"]
        there = {item["metadata"]["name"]: item for item in final.body["items"]}
        wrong = [f"{one.key} was created, and is lost" for one in self.answered
                 if one.kind == "create" and one.operation.returned is not None and one.key not in there]
        for key in KEYS:
            end = Operation("read", int(there[key]["data"]["n"]), self.cluster.kernel.now, self.cluster.kernel.now)
            history = [one.operation for one in everything if one.key == key]
            if not is_linearizable([*history, end], 0):
                wrong.append(f"the history of {key} is not linearizable: {history} {end}")
        return wrong + self.revisions()

    def revisions(self) -> list[str]:
        """Writes whose resource versions contradict the order in which they happened."""
        writes = [one for one in self.answered if one.operation.kind == "write" and one.operation.returned is not None]
        return [f"{late.key} was written after {early.key}, with an older resource version"
                for early in writes for late in writes
                if (early.operation.returned or 0) < late.operation.called and early.revision >= late.revision]


def config_map(name: str, number: int) -> dict[str, Any]:
    """A ConfigMap that holds a number."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"n": str(number)}}


def run(seed: int, stale: bool = False) -> Run:
    """A run that was played, for whoever wants to look into it; `wrong` is empty if all is well."""
    played = Run(seed, stale)
    played.wrong = played.play()
    return played
