"""Leases and certificate signing requests.

Upstream: kubernetes/pkg/registry/coordination/lease/strategy.go, pkg/registry/certificates/certificates/strategy.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.strategies.strategy import Strategy

if TYPE_CHECKING:
    from cluster_sim.apiserver.request_info import RequestInfo
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def lease(obj: Object) -> list[FieldError]:
    """ValidateLeaseSpec."""
    spec, errors = obj.get("spec") or {}, []
    seconds, changes = spec.get("leaseDurationSeconds"), spec.get("leaseTransitions")
    if seconds is not None and seconds <= 0:
        errors.append(field.invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0"))
    if changes is not None and changes < 0:
        errors.append(field.invalid("spec.leaseTransitions", changes, "must be greater than or equal to 0"))
    if spec.get("holderIdentity") == "":
        errors.append(field.invalid("spec.holderIdentity", "", "must not be empty"))
    return errors


def request_create(obj: Object, server: APIServer, info: RequestInfo) -> Object:
    """A request notes who made it."""
    return {**obj, "spec": {**(obj.get("spec") or {}), "username": info.user, "groups": list(info.groups)}, "status": {}}


def request_update(new: Object, old: Object, server: APIServer, info: RequestInfo) -> Object:
    """What was asked for stays."""
    return {**new, "spec": old["spec"], "status": old.get("status") or {}}


CERTIFICATE_SIGNING_REQUEST = Strategy(prepare_create=request_create, prepare_update=request_update)
