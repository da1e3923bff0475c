"""CoreDNS as a container's process: begun and ended with its container, asked by packets to its port.

The process is a part of its own, `pod/NAMESPACE/NAME`, since it watches the API server. While it does not yet know what
the API server has, it waits up to 5 s before it listens, then answers "server failure".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.kernel import SECOND
from cluster_sim.node.coredns import CoreDNS

if TYPE_CHECKING:
    from cluster_sim.node.node_network import NodeNetwork

Object = dict[str, Any]
SERVFAIL: Object = {"code": "SERVFAIL", "answers": [], "addresses": []}
START_PATIENCE = 5 * SECOND


def begin(net: NodeNetwork, container: Object, sandbox: Object, span: int) -> None:
    """The container's process starts to watch."""
    part = f"pod/{sandbox['namespace']}/{sandbox['name']}"
    if part in net.kernel.components:  # a pod of that name runs elsewhere: it keeps the name
        return
    process = CoreDNS(net.kernel, part)
    kubelet = net.kernel.components.get(f"{net.node}/kubelet")
    process.server = getattr(kubelet, "server", "")
    process.state.update(machine=net.node, container=container["id"])
    net.kernel.network.place(part, net.node)
    net.kernel.register(process)
    process.start(span)


def end(net: NodeNetwork, container: Object, span: int) -> None:
    """The container has ended."""
    part = f"pod/{container['namespace']}/{container['pod']}"
    process = net.kernel.components.get(part)
    if process is not None and process.state.get("container") == container["id"]:
        net.kernel.stop(part, span)
        _forget(net, part, span)


def clear(net: NodeNetwork, span: int) -> None:
    """After a loss of power: whoever was connected to the processes that were here learns that they are gone."""
    for part, node in [*net.kernel.network.state.get("places", {}).items()]:
        if node == net.node:
            _forget(net, part, span)


def _forget(net: NodeNetwork, part: str, span: int) -> None:
    net.kernel.hang_up(part, span)
    net.kernel.remove(part)
    net.kernel.stopped.pop(part, None)
    net.kernel.network.place(part, None)


def lose_power(net: NodeNetwork, span: int) -> None:
    """The machine is off: nobody is told."""
    for part, node in net.kernel.network.state.get("places", {}).items():
        if node == net.node and part not in net.kernel.stopped:
            net.kernel.stop(part, span, silent=True)


def answer(net: NodeNetwork, container: Object, ask: Object) -> Object:
    """What the process in that container answers."""
    process = net.kernel.components.get(f"pod/{container['namespace']}/{container['pod']}")
    if not isinstance(process, CoreDNS) or process.state.get("container") != container["id"]:
        return SERVFAIL
    return process.resolve(ask["name"], ask["types"])


def in_words(found: Object) -> str:
    """An answer for a reader."""
    if not found["answers"]:
        return {"NXDOMAIN": "no such name", "SERVFAIL": "server failure"}.get(found["code"], "no address")
    return ", ".join(str(row[2]) for row in found["answers"][:4])
