"""A cluster of cardboard for the stage's tests: what the public face shows, written down line by line."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from cluster_sim.kernel.span import Span

EPOCH = 1_767_225_600  # 2026-01-01T00:00:00Z
HASH = "7d4b9c6f5d"


@dataclass(frozen=True)
class Clock:
    """The clock a host gives with each look."""

    now: float
    position: Any = None
    speed: float = 1.0
    mode: str = "running"
    hop_ms: Mapping[int, int] = field(default_factory=dict)
    followers: int = 0


def at(seconds: float) -> str:
    """A timestamp `seconds` after the scene opened (within its first hour)."""
    return f"2026-01-01T00:{int(seconds) // 60:02}:{int(seconds) % 60:02}Z"


def a_pod(
    name: str,
    node: str = "",
    *,
    ip: str = "",
    cpu: str = "250m",
    ready: bool = True,
    waiting: str = "",
    owner: str = "",
    containers: int = 1,
    deleted: float | None = None,
    created: float = 0.0,
    namespace: str = "default",
) -> dict[str, Any]:
    """A pod; of a ReplicaSet web-HASH when `owner` is its uid."""
    state = {"waiting": {"reason": waiting}} if waiting else {"running": {"startedAt": at(created)}}
    meta: dict[str, Any] = {
        "name": name,
        "namespace": namespace,
        "uid": f"uid-{name}",
        "creationTimestamp": at(created),
    }
    if owner:
        meta["generateName"] = f"web-{HASH}-"
        meta["labels"] = {"app": "web", "pod-template-hash": HASH}
        meta["ownerReferences"] = [
            {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": f"web-{HASH}", "uid": owner, "controller": True}
        ]
    if deleted is not None:
        meta["deletionTimestamp"] = at(deleted)
        meta["deletionGracePeriodSeconds"] = 30
    names = [f"c{index}" for index in range(containers)]
    status: dict[str, Any] = {"phase": "Running" if node and not waiting else "Pending"}
    if ip:
        status["podIP"] = ip
    if node:
        status["conditions"] = [{"type": "Ready", "status": "True" if ready and not waiting else "False"}]
        status["containerStatuses"] = [
            {"name": each, "ready": ready and not waiting, "restartCount": 0, "state": state} for each in names
        ]
    share = f"{int(cpu.removesuffix('m')) // containers}m"
    spec = {"containers": [{"name": each, "image": "web:1.4", "resources": {"requests": {"cpu": share}}} for each in names]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": meta,
        "spec": {**spec, **({"nodeName": node} if node else {})},
        "status": status,
    }


def a_node(name: str, ready: str = "True", cpu: str = "1", **spec: Any) -> dict[str, Any]:
    """A node."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "uid": f"uid-{name}", "creationTimestamp": at(0)},
        "spec": spec,
        "status": {"allocatable": {"cpu": cpu}, "conditions": [{"type": "Ready", "status": ready}]},
    }


class CardboardCluster:
    """Answers what the stage asks of a cluster."""

    def __init__(self, workers: int = 3) -> None:
        self.revision = 0
        self.now = 0.0
        self.objects_by_key: dict[str, Any] = {}
        self.journal: list[tuple[int, str]] = []
        self.spans: dict[int, Span] = {}
        self.records: list[dict[str, Any]] = [{"epoch": EPOCH * 1_000_000}]
        self.active: dict[str, Any] = {}
        self.names = [f"worker-{n + 1}" for n in range(workers)]
        self.powered = dict.fromkeys(["master-1", *self.names], True)
        self.real = {
            f"master-1/{process}": "running"
            for process in ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
        }
        for name in self.names:
            self.real |= {f"{name}/{process}": "running" for process in ("container-runtime", "kubelet", "kube-proxy")}
            self.write(f"/registry/minions/{name}", a_node(name))
            self.write(f"/registry/leases/kube-node-lease/{name}", {"metadata": {}, "spec": {"renewTime": at(0)}})

    def facts(self, cursor: int | None = None) -> tuple[int, list[dict[str, Any]]]:
        """None were recorded."""
        return 0, []

    def patience(self) -> tuple[float, float]:
        """As the model's."""
        return 50.0, 5.0

    def write(self, key: str, value: Any) -> None:
        """Store, replace or (None) delete an object."""
        self.revision += 1
        self.journal.append((self.revision, key))
        if value is None:
            self.objects_by_key.pop(key, None)
            return
        meta = {**value["metadata"], "resourceVersion": str(self.revision)}
        self.objects_by_key[key] = {**value, "metadata": meta}

    def pod(self, pod: Any) -> None:
        """Store a pod."""
        self.write(f"/registry/pods/{pod['metadata']['namespace']}/{pod['metadata']['name']}", pod)

    def tell(
        self,
        time: float,
        source: str,
        target: str,
        text: str,
        cause: int | None = None,
        *,
        lands: float | None = None,
        level: str = "story",
        revision: int | None = None,
        verb: str = "",
        subject: str = "",
    ) -> int:
        """Record a span; → its id."""
        number = len(self.spans) + 1
        self.spans[number] = Span(
            id=number,
            cause=cause,
            time=time,
            source=source,
            target=target,
            verb=verb,
            subject=subject,
            also=(),
            level=level,
            lands=lands,
            revision=revision,
            phrase=text,
            args={},
            detail=None,
            file="",
        )
        return number

    def retell(self, number: int, text: str) -> None:
        """A span turns out to be a step of the story."""
        self.spans[number] = replace(self.spans[number], phrase=text, level="story")

    # the public face

    def changes(self, cursor: Any = None) -> Any:
        since = cursor or (0, 0, 0)
        touched = {key: self.objects_by_key.get(key) for revision, key in self.journal if revision > since[0]}
        return SimpleNamespace(
            cursor=(self.revision, len(self.spans), 0),
            full=cursor is None,
            objects=touched,
            parts=self.parts(),
            spans=[s for s in self.spans.values() if s.id > since[1]],
        )

    def parts(self) -> dict[str, Any]:
        return {
            part: {
                "kind": part.rpartition("/")[2],
                "node": part.partition("/")[0],
                "state": state,
                **({"revision": self.revision, "recent": []} if part.endswith("/etcd") else {}),
            }
            for part, state in self.real.items()
        }

    def machines(self) -> dict[str, Any]:
        return {
            name: {"role": "control-plane" if name.startswith("master") else "worker", "power": power}
            for name, power in self.powered.items()
        }

    def broken(self) -> dict[str, Any]:
        return dict(self.faults()["active"])

    def faults(self) -> dict[str, Any]:
        return {"available": {}, "active": self.active}

    def logs(self, uid: str, container: str, tail: int = 50, previous: bool = False) -> str | None:
        return f"{container} says hello\n"

    def chain(self, number: int) -> list[Span]:
        found = {number}
        for span in self.spans.values():
            if span.cause in found:
                found.add(span.id)
        return [self.spans[each] for each in sorted(found)]

    def log(self, since: int = 0) -> list[dict[str, Any]]:
        return self.records

    def objects(self, plural: str, namespace: str | None = None) -> list[Any]:
        prefix = f"/registry/{'minions' if plural == 'nodes' else plural}/"
        return [value for key, value in self.objects_by_key.items() if key.startswith(prefix)]

    def get(self, plural: str, name: str, namespace: str = "default") -> Any:
        return next((each for each in self.objects(plural) if each["metadata"]["name"] == name), None)

    def trace(self, since: int = 0) -> list[Span]:
        return [span for span in self.spans.values() if span.id > since]
