"""resize: change the resources of a running pod's containers.

Upstream: kubernetes/pkg/registry/core/pod/strategy.go (podResizeStrategy).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import admission, decoding, options
from cluster_sim.apiserver.outcome import Answer, Outcome
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.strategies.pod import qos_class
from cluster_sim.apiserver.validation import pod_resize
from cluster_sim.apiserver.verbs import patch, update

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def serve(server: APIServer, info: RequestInfo, call: Object) -> Outcome:
    """GET, PUT or PATCH of a pod's resources."""
    old = patch.existing(server, info)
    if info.verb == "get":
        return Answer(200, old)
    if info.verb == "patch":
        options.check_patch(info, False)
        new = patch.patched(server, info, call, old, patch.media_type(server, info, call))
    else:
        options.check_write(info, "UpdateOptions")
        new = decoding.decode(server, info, call["body"])
    update.check_name(new, info)
    update.check_version(server, info, old, new, True)
    changed = {**old, "spec": _resized(new["spec"], old["spec"])}
    errors = pod_resize.validate(changed, old, (old.get("status") or {}).get("qosClass", ""), qos_class(changed["spec"]))
    if errors:
        raise ApiError(status.invalid("Pod", info.name, errors))
    if changed["spec"] != old["spec"]:
        changed["metadata"] = {**old["metadata"], "generation": old["metadata"].get("generation", 0) + 1}
    admission.check_subresource(server, info, changed, old)
    return update.write(server, info, old, changed, "apiserver.update")


def _resized(new: Object, old: Object) -> Object:
    """dropNonResizeUpdates: the old spec with the new resources and resize policies of its containers."""
    spec = {**old}
    for kind in ("containers", "initContainers"):
        if old.get(kind) or new.get(kind):
            have = {container["name"]: container for container in old.get(kind) or ()}
            spec[kind] = [_with_resources(have.get(container["name"], container), container) for container in new.get(kind) or ()]
    if "resources" in new or "resources" in old:
        spec.pop("resources", None)
        if new.get("resources") is not None:
            spec["resources"] = new["resources"]
    return spec


def _with_resources(old: Object, new: Object) -> Object:
    found = {**old, "resources": new.get("resources") or {}}
    if new.get("resizePolicy") is not None:
        found["resizePolicy"] = new["resizePolicy"]
    return found
