"""Policies that people write: in CEL, or as webhooks. Which requests they are about, and what they say.

Each request passes here, so the first question is whether there is any policy at all.

Upstream: k8s.io/apiserver/pkg/admission/plugin/policy, plugin/webhook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.admission.policies import matching, mutating, validating, webhooks
from cluster_sim.apiserver.admission.policies.request import Request
from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def _any(server: APIServer, policies: str, hooks: str) -> bool:
    kept = server.cache.state["resources"]
    return bool((policies in kept and kept[policies]["objects"]) or (hooks in kept and kept[hooks]["objects"]))


def mutate(server: APIServer, info: RequestInfo, new: Object, old: Object | None, operation: str) -> Object:
    """The object as policies make it; raises ApiError."""
    if not _any(server, mutating.BINDINGS, webhooks.MUTATING):
        return new
    request = Request(server, info, operation, new, old)
    if matching.is_exempt(request):
        return new
    new = mutating.admit(request)
    webhooks.call(request, webhooks.MUTATING)
    return new


def validate(server: APIServer, info: RequestInfo, new: Object | None, old: Object | None, operation: str,
             given: Object | None = None) -> None:
    """Ask the policies about a request; raises ApiError."""
    if not _any(server, validating.BINDINGS, webhooks.VALIDATING):
        return
    request = Request(server, info, operation, new, old, given)
    if matching.is_exempt(request):
        return
    validating.admit(request)
    webhooks.call(request, webhooks.VALIDATING)
