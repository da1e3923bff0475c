"""log: what a container has written. The kubelet of the pod's node has it; this process finds the way there.

Upstream: kubernetes/pkg/registry/core/pod/strategy.go (LogLocation), rest/log.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api.status import ApiError, bad_request, unknown
from cluster_sim.apiserver.outcome import Answer
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.verbs import patch

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def serve(server: APIServer, info: RequestInfo, call: Object) -> Answer:
    """GET of a log."""
    pod = patch.existing(server, info)
    container_of(pod, info.first("container"))
    node = pod["spec"].get("nodeName")
    if not node:
        return Answer(204, "")  # nowhere to look yet
    raise ApiError(unknown(f'the log of pod "{info.name}" is on node {node}: ask its kubelet'))


def container_of(pod: Object, wanted: str) -> str:
    """Which container is meant; 400 if that is not clear."""
    name, spec = pod["metadata"]["name"], pod["spec"]
    every = [c["name"] for kind in ("containers", "initContainers", "ephemeralContainers") for c in spec.get(kind) or ()]
    if wanted:
        if wanted not in every:
            raise ApiError(bad_request(f"container {wanted} is not valid for pod {name}"))
        return wanted
    containers = [container["name"] for container in spec["containers"]]
    if len(containers) == 1:
        return str(containers[0])
    text = f"a container name must be specified for pod {name}, choose one of: [{' '.join(containers)}]"
    inits = [container["name"] for container in spec.get("initContainers") or ()]
    if inits:
        text += f" or one of the init containers: [{' '.join(inits)}]"
    raise ApiError(bad_request(text))
