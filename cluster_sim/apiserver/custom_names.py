"""When a custom resource definition takes effect.

In a real cluster the naming controller accepts its names, then the establishing controller marks it Established five
seconds later where several API servers run, at once where only one does. Here both happen with the write itself.

Upstream: k8s.io/apiextensions-apiserver/pkg/controller/{status,establish}.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def established(obj: Object, server: APIServer) -> Object:
    """The definition with the status of one that is served."""
    spec, now = obj["spec"], server.kernel.timestamp()
    versions = spec.get("versions") or []
    status: Object = {
        "conditions": [
            {"type": "NamesAccepted", "status": "True", "lastTransitionTime": now, "reason": "NoConflicts",
             "message": "no conflicts found"},
            {"type": "Established", "status": "True", "lastTransitionTime": now, "reason": "InitialNamesAccepted",
             "message": "the initial names have been accepted"},
        ],
        "acceptedNames": spec["names"],
        "storedVersions": [version["name"] for version in versions if version.get("storage")],
    }
    return {**obj, "status": status}
