"""ephemeralcontainers: add a container to a running pod, to look around in it. They are never changed or removed.

Upstream: kubernetes/pkg/registry/core/pod/strategy.go (podEphemeralContainersStrategy).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import admission, decoding, options
from cluster_sim.apiserver.outcome import Answer, Outcome
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.validation import ephemeral
from cluster_sim.apiserver.verbs import patch, update

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def serve(server: APIServer, info: RequestInfo, call: Object) -> Outcome:
    """GET, PUT or PATCH of a pod's ephemeral containers."""
    old = patch.existing(server, info)
    if info.verb == "get":
        return Answer(200, old)
    if info.verb == "patch":
        kind = patch.media_type(server, info, call)
        options.check_patch(info, False)
        new = patch.patched(server, info, call, old, kind)
    else:
        options.check_write(info, "UpdateOptions")
        new = decoding.decode(server, info, call["body"])
    update.check_name(new, info)
    update.check_version(server, info, old, new, True)
    containers = (new.get("spec") or {}).get("ephemeralContainers") or []
    new = {**old, "spec": {**old["spec"], "ephemeralContainers": containers}}
    if containers != old["spec"].get("ephemeralContainers", []):
        new["metadata"] = {**old["metadata"], "generation": old["metadata"].get("generation", 0) + 1}
    errors = ephemeral.check(new, old)
    if errors:
        raise ApiError(status.invalid("Pod", info.name, errors))
    admission.check_subresource(server, info, new, old)
    return update.write(server, info, old, new, "apiserver.update")
