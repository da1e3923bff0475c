"""binding: put a pod on a node. The scheduler's only write.

Upstream: kubernetes/pkg/registry/core/pod/storage/storage.go (BindingREST, assignPod).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import field, resources, status
from cluster_sim.api.conditions import set_condition
from cluster_sim.api.sharing import ByIdentity
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import admission, decoding, options
from cluster_sim.apiserver.outcome import Outcome, Plan
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.verbs import patch, update

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

BINDING = resources.Resource("", "v1", "bindings", "binding", "Binding", True)
SUCCESS = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}


def serve(server: APIServer, info: RequestInfo, call: Object) -> Outcome:
    """POST of a Binding."""
    options.check_write(info, "CreateOptions")
    body = call["body"] if decoding.trusted(info) else decoding.decode_plain(info, call["body"], BINDING)
    target = body.get("target") or {}
    if target.get("kind") not in (None, "", "Node"):
        error = field.not_supported("target.kind", target["kind"], ("Node", "<empty>"))
        raise ApiError(status.unknown(f"{error.field}: {error.body()}"))
    node = target.get("name", "")
    if not node:
        raise ApiError(status.unknown("target.name: Required value"))
    pod = patch.existing(server, info)
    meta, spec = pod["metadata"], pod["spec"]
    if meta.get("deletionTimestamp"):
        raise ApiError(_conflict(info, f"pod {info.name} is being deleted, cannot be assigned to a host"))
    if spec.get("nodeName"):
        raise ApiError(_conflict(info, f'pod {info.name} is already assigned to node "{spec["nodeName"]}"'))
    if spec.get("schedulingGates"):
        raise ApiError(_conflict(info, f"pod {info.name} has non-empty .spec.schedulingGates"))
    wanted = body.get("metadata") or {}
    if wanted.get("uid") and wanted["uid"] != meta["uid"]:
        raise ApiError(
            _conflict(
                info, f"Precondition failed: UID in precondition: {wanted['uid']}, UID in object meta: {meta['uid']}"
            )
        )
    admission.check_subresource(server, info, None, None, body)
    for kind in ("annotations", "labels"):
        if wanted.get(kind):
            meta = {**meta, kind: {**meta.get(kind, {}), **wanted[kind]}}
    bound = _scheduled((pod.get("status") or {}).get("conditions"), server.kernel.timestamp())
    new = {
        **pod,
        "metadata": meta,
        "spec": {**spec, "nodeName": node},
        "status": {**{name: value for name, value in (pod.get("status") or {}).items() if name != "nominatedNodeName"},
                   "conditions": bound},  # what was only hoped for would mislead now
    }
    outcome = update.write(server, info, pod, new, "apiserver.bind", args={"node": node})
    if isinstance(outcome, Plan):
        outcome.status, outcome.body = 201, SUCCESS
        return outcome
    outcome.status, outcome.body = 201, SUCCESS
    return outcome


_known = ByIdentity()


def _scheduled(conditions: list[Object] | None, now: str) -> list[Object]:
    """The conditions with PodScheduled True: one list for all pods bound in a second whose conditions were one list."""
    known: list[Object] | None = _known.find(conditions, None, now)
    if known is None:
        known = _known.keep(set_condition(conditions or [], "PodScheduled", "True", "", "", now), conditions, None, now)
    return known


def _conflict(info: RequestInfo, text: str) -> Object:
    return status.conflict("pods/binding", info.name, text)
