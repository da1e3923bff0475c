"""metadata.managedFields: who set which field, noted with every write a person makes.

The real server notes every write. Ours leaves out those of the cluster's own components, and those to a status, while
nobody else has touched the object (a ReplicaSet's pods, leases, events): nobody applies those, and the record would be
larger than the object.

Upstream: k8s.io/apimachinery/pkg/util/managedfields/internal/fieldmanager.go, handlers/create.go (managerOrUserAgent).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import managed_fields, meta
from cluster_sim.apiserver import decoding
from cluster_sim.apiserver.rbac.defaults import CONTROLLERS
from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def manager_of(info: RequestInfo) -> str:
    """The fieldManager the client names; else its program, or who it is."""
    named = info.first("fieldManager") or info.agent.partition("/")[0]
    if named:
        return named
    if info.user.startswith("system:node:"):
        return "kubelet"
    if info.user in CONTROLLERS:
        return "kube-controller-manager"  # one program, whichever of its accounts it uses
    return info.user.rpartition(":")[2] or "unknown"


def track(server: APIServer, info: RequestInfo, old: Object | None, new: Object) -> Object:
    """The object with its managers noted."""
    if info.managed_fields is not None:  # an apply has already settled it
        return meta.with_metadata(new, managedFields=info.managed_fields or None)
    recorded = meta.metadata(old or {}).get("managedFields") or meta.metadata(new).get("managedFields")
    if not recorded and (decoding.trusted(info) or info.subresource):
        return new
    from cluster_sim.apiserver.apply import verb
    return managed_fields.update(
        old, new, verb.structure_of(server, info), manager_of(info), server.kernel.timestamp(), info.subresource,
        verb.has_status(info),
    )  # fmt: skip
