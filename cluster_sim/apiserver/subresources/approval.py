"""approval: approve or deny a certificate signing request.

Upstream: kubernetes/pkg/registry/certificates/certificates/strategy.go (csrApprovalStrategy).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver import admission, decoding, options
from cluster_sim.apiserver.outcome import Answer, Outcome
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.verbs import patch, update

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def serve(server: APIServer, info: RequestInfo, call: Object) -> Outcome:
    """GET, PUT or PATCH of the Approved and Denied conditions."""
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
    now = server.kernel.timestamp()
    conditions = [{"lastUpdateTime": now, "lastTransitionTime": now, **condition}
                  for condition in (new.get("status") or {}).get("conditions") or []]
    status = {key: value for key, value in (old.get("status") or {}).items() if key != "conditions"}
    new = {**old, "status": {**status, **({"conditions": conditions} if conditions else {})}}
    admission.check_subresource(server, info, new, old)
    return update.write(server, info, old, new, "apiserver.update")
