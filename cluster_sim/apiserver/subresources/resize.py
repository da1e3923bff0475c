"""resize: change the resources of a running pod's containers.

Upstream: kubernetes/pkg/registry/core/pod/strategy.go (podResizeStrategy).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import field, status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import decoding, options
from cluster_sim.apiserver.outcome import Answer, Outcome
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.strategies.pod import qos_class
from cluster_sim.apiserver.validation import pod_spec
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
    wanted = {container["name"]: container for container in new["spec"]["containers"]}
    containers = [{**container, "resources": wanted.get(container["name"], container).get("resources", {})}
                  for container in old["spec"]["containers"]]
    changed = {**old, "spec": {**old["spec"], "containers": containers}}
    errors = pod_spec.validate(changed["spec"], "spec", is_pod=True)
    if not errors and qos_class(changed["spec"]) != (old.get("status") or {}).get("qosClass"):
        errors = [field.invalid("spec", "", "Pod QOS Class may not change as a result of resizing")]
    if errors:
        raise ApiError(status.invalid("Pod", info.name, errors))
    if changed["spec"] != old["spec"]:
        changed["metadata"] = {**old["metadata"], "generation": old["metadata"].get("generation", 0) + 1}
    return update.write(server, info, old, changed, "apiserver.update")
