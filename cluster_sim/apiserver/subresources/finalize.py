"""finalize: the namespace controller takes off the finalizer `kubernetes` once a namespace is empty.

Upstream: kubernetes/pkg/registry/core/namespace/strategy.go (finalize strategy).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import admission, decoding, options
from cluster_sim.apiserver.outcome import Outcome
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.validation import namespaces
from cluster_sim.apiserver.verbs import patch, update

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def serve(server: APIServer, info: RequestInfo, call: Object) -> Outcome:
    """PUT of a namespace's spec.finalizers."""
    options.check_write(info, "UpdateOptions")
    old = patch.existing(server, info)
    new = decoding.decode(server, info, call["body"])
    update.check_name(new, info)
    update.check_version(server, info, old, new, True)
    finalizers = (new.get("spec") or {}).get("finalizers")
    spec = {key: value for key, value in (old.get("spec") or {}).items() if key != "finalizers"}
    new = {**old, "spec": {**spec, **({"finalizers": finalizers} if finalizers else {})}}
    errors = namespaces.finalizers(finalizers or [])
    if errors:
        raise ApiError(status.invalid("Namespace", info.name, errors))
    admission.check_subresource(server, info, new, old)
    return update.write(server, info, old, new, "apiserver.update")
