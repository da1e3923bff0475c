"""Subresources: parts of an object, or actions on it, with a path of their own. One a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api.status import ApiError, unknown
from cluster_sim.apiserver.outcome import Outcome
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.subresources import (
    approval,
    binding,
    ephemeral_containers,
    eviction,
    execution,
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
    "resize": resize.serve, "approval": approval.serve,
}
# Answered by the kubelet of the pod's node, so later.
PASSED_ON = {"log": log.serve, "exec": execution.serve}


def serve(server: APIServer, info: RequestInfo, call: dict[str, Any], span: int) -> Outcome | None:
    """Serve a request to a subresource."""
    handler = SERVED.get(info.subresource)
    if handler is not None:
        return handler(server, info, call)
    passed_on = PASSED_ON.get(info.subresource)
    if passed_on is not None:
        return passed_on(server, info, call, span)
    if info.verb == "get":
        read.get(server, info, call, span)
    raise ApiError(unknown(f"{info.subresource} is a stream, which this server does not carry"))
