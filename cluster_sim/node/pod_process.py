"""Pods whose processes are clients of the API server: begun and ended with their containers.

CoreDNS, the network plugin's policy agent and the metrics server run in pods like any other, and act like the cluster's
own processes: they watch, and they have a part of their own, `pod/NAMESPACE/NAME`. Their container's program says which
they are ("process"). When the container ends, what they knew is gone; when their machine loses its power, those who were
connected to them hear nothing until it is back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.client import Process
from cluster_sim.kernel import Kernel
from cluster_sim.node.coredns import CoreDNS
from cluster_sim.node.metrics_server import MetricsServer
from cluster_sim.node.policy_agent import PolicyAgent

if TYPE_CHECKING:
    from cluster_sim.node.node_network import NodeNetwork

Object = dict[str, Any]
PROCESSES: dict[str, type[Process]] = {"coredns": CoreDNS, "calico-node": PolicyAgent, "metrics-server": MetricsServer}
SERVFAIL: Object = {"code": "SERVFAIL", "answers": [], "addresses": []}


def build(kernel: Kernel, part: str, state: Object) -> Process:
    """The process of a snapshot."""
    return PROCESSES[state["process"]](kernel, part, state)


def begin(net: NodeNetwork, container: Object, sandbox: Object, span: int) -> None:
    """The container's process starts to watch."""
    part = f"pod/{sandbox['namespace']}/{sandbox['name']}"
    if part in net.kernel.components:  # a pod of that name runs elsewhere: it keeps the name
        return
    kind = container["program"]["process"]
    process = PROCESSES[kind](net.kernel, part)
    process.server = getattr(net.kernel.components.get(f"{net.node}/kubelet"), "server", "")
    process.state.update(process=kind, machine=net.node, container=container["id"])
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
    for part in _here(net):
        _forget(net, part, span)


def lose_power(net: NodeNetwork, span: int) -> None:
    """The machine is off: nobody is told."""
    for part in _here(net):
        if part not in net.kernel.stopped:
            net.kernel.stop(part, span, silent=True)


def _here(net: NodeNetwork) -> list[str]:
    return [part for part, node in net.kernel.network.state.get("places", {}).items() if node == net.node]


def _forget(net: NodeNetwork, part: str, span: int) -> None:
    net.kernel.hang_up(part, span)
    net.kernel.remove(part)
    net.kernel.stopped.pop(part, None)
    net.kernel.network.place(part, None)


def look_up(net: NodeNetwork, container: Object, ask: Object) -> Object:
    """What the DNS server in that container answers."""
    process = net.kernel.components.get(f"pod/{container['namespace']}/{container['pod']}")
    if not isinstance(process, CoreDNS) or process.state.get("container") != container["id"]:
        return SERVFAIL
    return process.resolve(ask["name"], ask["types"])


def in_words(found: Object) -> str:
    """An answer of DNS for a reader."""
    if not found["answers"]:
        return {"NXDOMAIN": "no such name", "SERVFAIL": "server failure"}.get(found["code"], "no address")
    return ", ".join(str(row[2]) for row in found["answers"][:4])
