"""exec: run a command in a container. The answer comes when the command has ended: {output, code}.

The real one upgrades the connection to a stream (WebSocket or SPDY) between client and kubelet; whoever serves real
clients makes that stream of the answer.

Upstream: kubernetes/pkg/registry/core/pod/rest/subresources.go (ExecREST).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api.status import ApiError, bad_request
from cluster_sim.apiserver import kubelet_proxy
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.subresources.log import container_of
from cluster_sim.apiserver.verbs import patch

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def serve(server: APIServer, info: RequestInfo, call: Object, span: int) -> None:
    """GET or POST with ?command=…&command=…."""
    pod = patch.existing(server, info)
    command = info.query.get("command") or []
    if not command:
        raise ApiError(bad_request("you must specify at least one command for the container"))
    if (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed"):
        raise ApiError(bad_request(f"cannot exec into a container in a completed pod; current phase is {pod['status']['phase']}"))
    container = container_of(pod, info.first("container"))
    if not pod["spec"].get("nodeName"):
        raise ApiError(bad_request(f"pod {info.name} does not have a host assigned"))
    kubelet_proxy.ask(server, info, call, pod, {"op": "exec", "command": command, "container": container}, span)
