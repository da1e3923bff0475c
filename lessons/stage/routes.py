"""The one table of routes: by the kinds of the two ends, how a message travels over the stage.

Every route ends at the API server's door; only the door touches etcd; inside a room the kubelet asks the runtime.
A row is (kind, kind) → shape, in drawing direction; the browser draws shapes from the page's own geometry
(`static/js/geometry.js`). Quiet routes are drawn only while something uses them. A span whose ends have no row here
fails a test.
"""

from dataclasses import dataclass
from typing import Any

SHAPES = ("level", "side", "up", "over", "rise", "down", "branch", "beside", "inside", "landing", "wire")

TABLE: dict[tuple[str, str], str] = {
    ("user", "kube-apiserver"): "level",
    ("user", "load-balancer"): "level",
    ("load-balancer", "kube-apiserver"): "rise",
    ("load-balancer", "kubelet"): "down",
    ("load-balancer", "kubeadm"): "wire",
    ("kube-apiserver", "kubeadm"): "wire",
    ("kube-controller-manager", "kube-apiserver"): "side",
    ("kube-scheduler", "kube-apiserver"): "side",
    ("etcd", "kube-apiserver"): "up",
    ("etcd", "etcd"): "over",
    ("kube-apiserver", "kubelet"): "down",
    ("kube-apiserver", "kube-proxy"): "branch",
    ("kube-apiserver", "pod"): "wire",
    ("kubelet", "container-runtime"): "beside",
    ("kubelet", "pod"): "inside",
    ("container-runtime", "pod"): "inside",
    ("registry", "container-runtime"): "landing",
    ("registry", "kubelet"): "landing",
    ("user", "pod"): "wire",
    ("user", "kube-proxy"): "wire",
    ("load-balancer", "kube-proxy"): "branch",
    ("load-balancer", "pod"): "wire",
    ("kube-proxy", "pod"): "inside",
    ("kube-proxy", "kube-proxy"): "wire",
    ("pod", "pod"): "wire",
    ("network", "pod"): "inside",
    ("network", "network"): "wire",
    ("user", "network"): "wire",
}

# Ways that are there even when nobody uses them.
DRAWN = {
    ("user", "kube-apiserver"),
    ("kube-controller-manager", "kube-apiserver"),
    ("kube-scheduler", "kube-apiserver"),
    ("etcd", "kube-apiserver"),
    ("kube-apiserver", "kubelet"),
    ("kube-apiserver", "kube-proxy"),
    ("kubelet", "container-runtime"),
}


@dataclass(frozen=True, slots=True)
class Route:
    """A way between two parts; `reversed` when the message goes against the drawing direction."""

    shape: str
    reversed: bool


def kind_of(part: str) -> str:
    """The kind of a part id: 'worker-1/kubelet' → 'kubelet', 'user/admin' → 'user'."""
    head, _, tail = part.partition("/")
    return head if head in ("user", "pod", "registry", "load-balancer") else tail


def node_of(part: str) -> str:
    """The machine a part runs on; '' for those outside."""
    head, _, tail = part.partition("/")
    return "" if head in ("user", "pod", "registry", "load-balancer") or not tail else head


def route(source: str, target: str) -> Route | None:
    """How a message from `source` to `target` travels; None when the table has no row for it."""
    ends = (kind_of(source), kind_of(target))
    if ends in TABLE:
        return Route(TABLE[ends], False)
    shape = TABLE.get(ends[::-1])
    return None if shape is None else Route(shape, True)


def standing(parts: dict[str, Any]) -> list[list[str]]:
    """The routes drawn at rest, [id, end, end, shape] in drawing direction, for the parts there are."""
    found = []
    doors = [part for part in parts if kind_of(part) == "kube-apiserver"]
    balancer = "load-balancer" if "load-balancer" in parts else ""
    leader = next((part for part, view in parts.items() if (view.get("raft") or {}).get("role") == "leader"), "")
    for part in [*parts, "user/admin"] if "user/admin" not in parts else parts:
        kind, node = kind_of(part), node_of(part)
        if kind == "container-runtime" and f"{node}/kubelet" in parts:
            found.append(_row(f"{node}/kubelet", part))
        elif kind == "user" and balancer:
            found.append(_row(part, balancer))
        elif (kind, "kube-apiserver") in DRAWN and doors:
            found.append(_row(part, _door(doors, node)))
            if kind == "etcd" and leader and part != leader:
                found.append(_row(leader, part))
        elif ("kube-apiserver", kind) in DRAWN and doors:
            found.append(_row(balancer or _door(doors, node), part))
        elif kind == "kube-apiserver" and balancer:
            found.append(_row(balancer, part))
    users = [row for row in found if row[1].startswith("user/")]
    return [row for row in found if row not in users[1:]]


def _door(doors: list[str], node: str) -> str:
    return next((door for door in doors if node_of(door) == node), doors[0])


def _row(a: str, b: str) -> list[str]:
    return [f"{a}|{b}", a, b, TABLE[kind_of(a), kind_of(b)]]
