"""bindings: the older door to a pod's binding, with the pod's name in the body.

Upstream: kubernetes/pkg/registry/core/pod/storage/storage.go (LegacyBindingREST).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cluster_sim.api import resources, status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import decoding
from cluster_sim.apiserver.outcome import Outcome
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.subresources import binding

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def create(server: APIServer, info: RequestInfo, call: Object, span: int) -> Outcome:
    """POST of a Binding to its own resource."""
    body = decoding.decode_plain(info, call["body"], info.kind)
    name = (body.get("metadata") or {}).get("name", "")
    if not name:
        raise ApiError(status.bad_request("name is required"))
    pods = replace(info, plural="pods", name=name, subresource="binding", resource=resources.by_plural("pods", ""))
    return binding.serve(server, pods, {**call, "body": body})
