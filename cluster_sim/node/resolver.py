"""The resolver of a pod's programs: which names are asked for, of whom, and how long one waits.

The kubelet writes each pod a resolv.conf. With `ndots:5` a name with fewer than five dots is first tried below each
search domain: `web` is found at the first try as `web.default.svc.cluster.local`, a name outside the cluster costs
three answers "no such name" before it is asked for as it stands. A server that does not answer is asked again after
5 s, twice in all.

Source: kubernetes pkg/kubelet/network/dns/dns.go; resolv.conf(5). A libc asks for IPv4 and IPv6 addresses in two
questions at once; ours sends one packet for both, and the cluster has no IPv6.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.kernel import SECOND

Object = dict[str, Any]

CLUSTER_DNS, CLUSTER_DOMAIN = "10.96.0.10", "cluster.local"
NODE_RESOLVER = "192.168.255.1"  # the machines' own name server, outside the cluster
NDOTS, ATTEMPTS, PATIENCE = 5, 2, 5 * SECOND


def config(pod: Object) -> Object:
    """A pod's resolv.conf: {"nameservers", "searches", "ndots"}, and the names its /etc/hosts has."""
    spec, namespace = pod["spec"], pod["metadata"]["namespace"]
    policy = spec.get("dnsPolicy") or "ClusterFirst"
    if policy == "ClusterFirst" and spec.get("hostNetwork"):
        policy = "Default"
    made: Object = {"nameservers": [NODE_RESOLVER], "searches": [], "ndots": 1}
    if policy in ("ClusterFirst", "ClusterFirstWithHostNet"):
        searches = [f"{namespace}.svc.{CLUSTER_DOMAIN}", f"svc.{CLUSTER_DOMAIN}", CLUSTER_DOMAIN]
        made = {"nameservers": [CLUSTER_DNS], "searches": searches, "ndots": NDOTS}
    elif policy == "None":
        made = {"nameservers": [], "searches": [], "ndots": 1}
    given = spec.get("dnsConfig") or {}
    options = {one.get("name"): one.get("value") for one in given.get("options") or ()}
    made["nameservers"] = list(dict.fromkeys([*made["nameservers"], *(given.get("nameservers") or ())]))
    made["searches"] = list(dict.fromkeys([*made["searches"], *(given.get("searches") or ())]))
    if str(options.get("ndots") or "").isdigit():
        made["ndots"] = int(options["ndots"])
    hosts = {name: alias["ip"] for alias in spec.get("hostAliases") or () for name in alias.get("hostnames") or ()}
    return {**made, "hosts": hosts}


def candidates(name: str, dns: Object) -> list[str]:
    """The full names to ask for, in order, until one is found."""
    if name.endswith("."):
        return [name.rstrip(".")]
    searched = [f"{name}.{domain}" for domain in dns["searches"]]
    return [*searched, name] if name.count(".") < dns["ndots"] else [name, *searched]


def is_address(host: str) -> bool:
    """Whether a host is an IPv4 address and needs no look-up."""
    parts = host.split(".")
    return len(parts) == 4 and all(part.isdigit() and int(part) < 256 for part in parts)
