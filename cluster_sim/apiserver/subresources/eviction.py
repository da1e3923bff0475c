"""eviction: delete a pod, if its disruption budget can bear it.

The budget's status says how many more pods may go; an eviction takes one of them and notes the pod, so that the next
one does not count on the same allowance before the budget's controller has looked.

Upstream: kubernetes/pkg/registry/core/pod/storage/eviction.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import resources, selectors, status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import admission, decoding, options
from cluster_sim.apiserver.admission import node_restriction
from cluster_sim.apiserver.object_meta import revision_of, without_revision
from cluster_sim.apiserver.outcome import Outcome, Plan, put
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.verbs import delete, patch
from cluster_sim.apiserver.watch_cache import REGISTRY

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

EVICTION = resources.Resource("policy", "v1", "evictions", "eviction", "Eviction", True)
SUCCESS = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
MAX_DISRUPTED = 2000
BLOCKED = "Cannot evict pod as it would violate the pod's disruption budget."
SEVERAL = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."


def serve(server: APIServer, info: RequestInfo, call: Object) -> Outcome:
    """POST of an Eviction."""
    options.check_write(info, "CreateOptions")
    body = decoding.decode_plain(info, call["body"], EVICTION)
    given = options.checked(dict(body.get("deleteOptions") or {}))
    name = (body.get("metadata") or {}).get("name", "")
    if name and name != info.name:
        raise ApiError(status.bad_request(
            f"name in URL does not match name in Eviction object: {info.name} vs {name}"))
    pod = patch.existing(server, info)
    node_restriction.admit_eviction(info, pod)
    admission.check_subresource(server, info, None, None, body)
    if options.dry_run(info):
        given["dryRun"] = ["All"]
    taken = None if _free(pod) else _take(server, info, pod)
    outcome = delete.delete_object(server, info, given, pod)
    outcome.status, outcome.body = 201, SUCCESS
    if isinstance(outcome, Plan):
        if taken is not None and not call.get("counted"):
            outcome.writes = [taken, *outcome.writes]
        outcome.phrase = "apiserver.evict"
        outcome.view = ""
    return outcome


def _free(pod: Object) -> bool:
    """Pods that no budget protects: not running yet, finished, or going already."""
    phase = (pod.get("status") or {}).get("phase")
    return phase in ("Succeeded", "Failed", "Pending") or bool(pod["metadata"].get("deletionTimestamp"))


def _is_ready(pod: Object) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(c.get("type") == "Ready" and c.get("status") == "True" for c in conditions)


def _take(server: APIServer, info: RequestInfo, pod: Object) -> Object | None:
    """The write that takes one disruption from the pod's budget; raises 429 or 500."""
    budgets = [budget for budget in server.cache.list("poddisruptionbudgets", info.namespace)
               if selectors.matches(budget["spec"].get("selector"), pod["metadata"].get("labels"))]
    if not budgets:
        return None
    if len(budgets) > 1:
        raise ApiError(status.unknown(SEVERAL))
    budget = budgets[0]
    name, meta, have = budget["metadata"]["name"], budget["metadata"], budget.get("status") or {}
    if not _is_ready(pod):
        always = budget["spec"].get("unhealthyPodEvictionPolicy") == "AlwaysAllow"
        if always or (have.get("currentHealthy", 0) >= have.get("desiredHealthy", 0) > 0):
            return None
    if have.get("observedGeneration", 0) < meta.get("generation", 0):
        cause = {"reason": "DisruptionBudget", "message": f"The disruption budget {name} is still being processed by the server."}
        raise ApiError(status.too_many_requests(BLOCKED, 10, [cause]))
    if have.get("disruptionsAllowed", 0) <= 0:
        cause = {"reason": "DisruptionBudget", "message": f"The disruption budget {name} needs {have.get('desiredHealthy', 0)} "
                 f"healthy pods and has {have.get('currentHealthy', 0)} currently"}
        raise ApiError(status.too_many_requests(BLOCKED, 0, [cause]))
    left = have["disruptionsAllowed"] - 1
    new_status = {**have, "disruptionsAllowed": left,
                  "disruptedPods": {**(have.get("disruptedPods") or {}), pod["metadata"]["name"]: server.kernel.timestamp()}}
    if not left:
        now = server.kernel.timestamp()
        conditions = [{**c, "status": "False", "reason": "InsufficientPods", "lastTransitionTime": now}
                      if c.get("type") == "DisruptionAllowed" and c.get("status") != "False" else c
                      for c in have.get("conditions") or []]
        new_status["conditions"] = conditions
    new = without_revision({**budget, "status": new_status})
    return put(f"{REGISTRY}poddisruptionbudgets/{info.namespace}/{name}", new, revision_of(budget))
