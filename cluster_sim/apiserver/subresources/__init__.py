"""Subresources: parts of an object, or actions on it, with a path of their own. One a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api.status import ApiError, method_not_allowed, unknown
from cluster_sim.apiserver.outcome import Outcome
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.subresources import (
    approval,
    binding,
    ephemeral_containers,
    eviction,
    finalize,
    log,
    resize,
    scale,
    status,
    token,
)
from cluster_sim.apiserver.verbs import read

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

SERVED = {
    "status": status.serve, "scale": scale.serve, "binding": binding.serve, "eviction": eviction.serve,
    "token": token.serve, "finalize": finalize.serve, "ephemeralcontainers": ephemeral_containers.serve,
    "resize": resize.serve, "approval": approval.serve, "log": log.serve,
}


def serve(server: APIServer, info: RequestInfo, call: dict[str, Any], span: int) -> Outcome | None:
    """Serve a request to a subresource."""
    handler = SERVED.get(info.subresource)
    if handler is None:  # exec, attach, portforward, proxy: streams from the kubelet, not of this process
        answer = read.get(server, info, call, span) if info.verb == "get" else None
        if answer is None:
            raise ApiError(method_not_allowed())
        raise ApiError(unknown(f"{info.subresource} is a stream: it is served by the kubelet of the pod's node"))
    return handler(server, info, call)
