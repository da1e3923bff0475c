"""One request as policies and webhooks see it.

Upstream: k8s.io/apiserver/pkg/admission/attributes.go, plugin/cel/condition.go (CreateAdmissionRequest).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cluster_sim.api import resources
from cluster_sim.api.resources import Resource
from cluster_sim.apiserver import options
from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

VERSIONLESS = ("v1", "Namespace")


@dataclass(slots=True)
class Request:
    """What is to become of which object, and who asks."""

    server: APIServer
    info: RequestInfo
    operation: str  # CREATE, UPDATE, DELETE or CONNECT
    new: Object | None
    old: Object | None
    given: Object | None = None  # the object of the request where it is not the one stored: an Eviction, a Binding

    @property
    def resource(self) -> Resource:
        """The kind in question."""
        return self.info.kind

    @property
    def name(self) -> str:
        """The object's name; on create the one it says, which may still be generated."""
        return self.info.name or str(((self.new or {}).get("metadata") or {}).get("name", ""))

    @property
    def namespace(self) -> str:
        """The namespace it is about: a Namespace's own is its name."""
        return self.name if self.resource.group_resource == "namespaces" else self.info.namespace

    def kind(self) -> tuple[str, str, str]:
        """(group, version, kind) of the object; of a subresource with a type of its own, that one."""
        resource, sub = self.resource, self.info.subresource
        group, version, kind, _ = resources.SUBRESOURCES.get(sub.split("/")[0], (None, "", "", ()))
        if not sub or (group is None and not kind):
            return resource.group, resource.version, resource.kind
        if group is None:
            return resource.group, resource.version, kind.replace("{kind}", resource.kind)
        return group, version, kind

    def space(self) -> Object | None:
        """The Namespace object, for what lives in one."""
        if not self.resource.namespaced:
            return None
        return self.server.cache.get("namespaces", self.info.namespace)

    def as_cel(self) -> Object:
        """The variable `request`."""
        info = self.info
        group, version, kind = self.kind()
        gvk = {"group": group, "version": version, "kind": kind}
        gvr = {"group": info.group, "version": info.version, "resource": info.plural}
        return {"kind": gvk, "resource": gvr, "subResource": info.subresource, "requestKind": gvk, "requestResource": gvr,
                "requestSubResource": info.subresource, "name": self.name, "namespace": self.namespace,
                "operation": self.operation, "dryRun": options.dry_run(info), "options": {},
                "userInfo": {"username": info.user, "uid": info.uid, "groups": list(info.groups), "extra": dict(info.extra)}}
