"""The endpoints of the `kubernetes` Service: every API server says that it lives, and writes down who does.

Each 10 s a server renews a key of its own in etcd that would end after 15 s, then compares the keys that are there with
the Endpoints and the EndpointSlice `kubernetes`, and corrects them. So pods reach an API server at 10.96.0.1 while any
is left. A server that was killed leaves the list when its key has ended and another looks; a lone one stays in it.

Upstream: kubernetes/pkg/controlplane/reconcilers/lease.go, endpointsadapter.go; controller/kubernetesservice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import machines, resources
from cluster_sim.kernel import BACKGROUND, SECOND
from cluster_sim.kernel.trace import register_phrases

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

register_phrases({
    "apiserver.lives": "API server on {node} tells the others that it lives",
}, file="cluster_sim/apiserver/endpoint_reconciler.py")

INTERVAL = 10 * SECOND
TTL = 15  # seconds
PREFIX = "masterleases"
NAME = "kubernetes"
PORT = {"name": "https", "port": 6443, "protocol": "TCP"}


def begin(server: APIServer, span: int) -> None:
    """The server is ready."""
    if server.state["reconciling"] is None:
        server.state["reconciling"] = 0
        _renew(server, span)


def due(server: APIServer, span: int) -> None:
    """Ten seconds are over."""
    server.kernel.tell(span, "apiserver.lives", {"node": server.node})
    _renew(server, span)


def _renew(server: APIServer, span: int) -> None:
    """Write the own key anew: an Endpoints whose generation counts up, or nothing would be written at all."""
    server.kernel.timer(server.part, INTERVAL, "reconcile", background=True)
    if not server.state["synced"]:
        return
    state, address = server.state, _address(server)
    old = server.cache.get(PREFIX, address)
    generation = 1 + (old["metadata"]["generation"] if old is not None else 0)
    value = {"kind": "Endpoints", "apiVersion": "v1", "metadata": {"generation": generation},
             "subsets": [{"addresses": [{"ip": address}]}]}
    state["next"] = state["reconciling"] = number = state["next"] + 1
    server.kernel.send(server.part, server.store, "txn", {
        "source": server.part, "id": number, "op": "put", "key": f"/registry/{PREFIX}/{address}", "value": value,
        "compare": None, "ttl": TTL}, span, verb="put", subject=f"{PREFIX}/{address}", level=BACKGROUND)


def renewed(server: APIServer, answer: Object, span: int) -> None:
    """etcd has the key; if what the Service leads to is something else than the keys, correct it."""
    if answer["id"] != server.state["reconciling"] or not answer["ok"] or not server.state["synced"]:
        return
    alive = [one["subsets"][0]["addresses"][0]["ip"] for one in server.cache.list(PREFIX)]
    _ensure(server, "endpoints", {
        "apiVersion": "v1", "kind": "Endpoints",
        "metadata": {"name": NAME, "namespace": "default", "labels": {"endpointslice.kubernetes.io/skip-mirror": "true"}},
        "subsets": [{"addresses": [{"ip": address} for address in alive], "ports": [PORT]}]}, "subsets", span)
    _ensure(server, "endpointslices", {
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {"name": NAME, "namespace": "default", "labels": {"kubernetes.io/service-name": NAME}},
        "addressType": "IPv4", "ports": [PORT],
        "endpoints": [{"addresses": [address], "conditions": {"ready": True}} for address in alive]}, "endpoints", span)


def _ensure(server: APIServer, plural: str, wanted: Object, what: str, span: int) -> None:
    resource = resources.by_plural(plural)
    assert resource is not None
    have = server.cache.get(resource.storage_prefix, f"default/{NAME}")
    if have is not None and have.get(what) == wanted[what]:
        return
    path = resources.path(resource, "default", NAME if have is not None else None)
    body = wanted if have is None else {**have, what: wanted[what]}
    server.serve({"source": "", "id": 0, "verb": "POST" if have is None else "PUT", "path": path, "body": body,
                  "user": "system:apiserver", "contentType": None}, span)


def _address(server: APIServer) -> str:
    return machines.address(server.kernel.machines[server.node])
