"""Where traffic to a Service goes, to be looked at: each machine's rules as they lie in its kernel, beside what they should
be by etcd, and what became of each client's last request. Looking changes nothing.

The rules are what `iptables-save` shows on a node. kube-proxy writes them and is in the way of no packet, so they stand
while it is stopped and grow old: then a machine's rules and etcd differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.etcd.store import VALUE, Store
from cluster_sim.kernel import SECOND
from cluster_sim.node import service_rules
from cluster_sim.node.node_network import NodeNetwork

if TYPE_CHECKING:
    from cluster_sim.kernel import Kernel

Object = dict[str, Any]


def machines(kernel: Kernel, store: Store, service: str) -> dict[str, Object]:
    """Machine → {"rule", "wanted", "proxy", "power"}: its rule for the Service (None: it has none), what it should be,
    whether its kube-proxy runs, whether it has power. Rules are those of `node/service_rules.py`."""
    row = store.get(f"/registry/services/specs/{service}")
    obj = row[VALUE] if row is not None else None
    namespace = service.partition("/")[0]
    slices = [value for _, value, *_ in store.range(f"/registry/endpointslices/{namespace}/")
              if service_rules.service_of(value) == service]
    return {net.node: {
        "rule": net.state["rules"].get(service),
        "wanted": service_rules.rule(obj, slices, net.node, net.zone) if obj is not None and has_address(obj) else None,
        "proxy": kernel.is_running(f"{net.node}/kube-proxy"), "power": kernel.is_running(net.part),
    } for net in _networks(kernel) if f"{net.node}/kube-proxy" in kernel.components}


def latest(kernel: Kernel, service: str) -> list[Object]:
    """Each client's last request to the Service: {client, node, ago (s), took (s), reason, dns, kept, hop}.

    `hop` is {endpoint, node, address, port, sameNode, sameZone}, or None if no packet went out; `kept`: over a connection
    that was open already. After a restore there are none until the next.
    """
    return [{**seen, "client": name.partition(" ")[0], "node": net.node, "ago": (kernel.now - seen["at"]) / SECOND,
             "took": seen["took"] / SECOND}
            for net in _networks(kernel) for name, seen in net.latest.items() if name.partition(" ")[2] == service]


def has_address(service: Object) -> bool:
    """Not so a headless Service, nor one of type ExternalName: they are names only, and no rule is written for them."""
    return service["spec"].get("clusterIP") not in (None, "", "None")


def _networks(kernel: Kernel) -> list[NodeNetwork]:
    return [part for part in kernel.components.values() if isinstance(part, NodeNetwork)]
