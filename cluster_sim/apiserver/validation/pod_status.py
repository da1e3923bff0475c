"""Pods, when their status is reported: what has ended stays ended, and addresses are addresses.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidatePodStatusUpdate).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.api.sharing import ByIdentity
from cluster_sim.apiserver.validation import addresses

Object = dict[str, Any]
Errors = list[FieldError]

SYSTEM_CONDITIONS = ("PodScheduled", "Ready", "Initialized")
ENDED = "may not be transitioned to non-terminated state"
COUNT = "must be a non-negative integer"


def validate(new: Object, old: Object) -> Errors:
    """A changed status of a pod."""
    status, before, spec = new.get("status") or {}, old.get("status") or {}, old["spec"]
    errors = _conditions(status.get("conditions"), before.get("conditions"))
    errors += _nominated(status.get("nominatedNodeName"), before.get("nominatedNodeName"), spec)
    if status.get("observedGeneration", 0) < 0:
        errors.append(field.invalid("status.observedGeneration", status["observedGeneration"], COUNT))
    if status.get("qosClass") != before.get("qosClass"):
        errors.append(field.invalid("status.qosClass", status.get("qosClass", ""), field.IMMUTABLE))
    for kind, key in (("containers", "containerStatuses"), ("initContainers", "initContainerStatuses"),
                      ("ephemeralContainers", "ephemeralContainerStatuses")):
        if before.get(key) and status.get(key) is not before[key]:
            errors += _transitions(status.get(key) or [], before[key], spec, kind, f"status.{key}")
    if status.get("podIPs") != before.get("podIPs"):
        errors += _ips(status.get("podIPs") or [], "status.podIPs")
    hosts = status.get("hostIPs") or []
    if hosts and hosts != before.get("hostIPs"):
        if hosts[0].get("ip") != status.get("hostIP"):
            errors.append(field.invalid("status.hostIPs[0].ip", hosts[0].get("ip", ""), "must be equal to `hostIP`"))
        errors += _ips(hosts, "status.hostIPs")
    return errors


_good = ByIdentity()  # lists of conditions that were found to be


def _conditions(given: list[Object] | None, before: list[Object] | None) -> Errors:
    if not given or given is before or _good.find(given):
        return []
    errors: Errors = []
    for place, condition in enumerate(given):
        if condition.get("observedGeneration", 0) < 0:
            errors.append(field.invalid(f"status.conditions[{place}].observedGeneration", condition["observedGeneration"], COUNT))
        kind = condition.get("type", "")
        if kind not in SYSTEM_CONDITIONS:
            errors += [field.invalid(f"status.conditions[{place}].Type", kind, text) for text in _qualified(kind)]
    if not errors:
        _good.keep(True, given)
    return errors


@lru_cache(maxsize=1024)
def _qualified(kind: str) -> tuple[str, ...]:
    return tuple(names.qualified_name(kind))


def _nominated(want: str | None, have: str | None, spec: Object) -> Errors:
    if not want or want == have:
        return []
    path = "status.nominatedNodeName"
    errors = [field.invalid(path, want, text) for text in names.dns_subdomain(want)]
    if spec.get("nodeName"):
        errors.append(field.forbidden(path, "may not be set on pods that are already bound to a node"))
    return errors


def _transitions(new: list[Object], old: list[Object], spec: Object, kind: str, path: str) -> Errors:
    """ValidateContainerStateTransition: a container that ended runs again only if its policy restarts it."""
    now = {status.get("name"): status for status in new}
    containers = {container["name"]: container for container in spec.get(kind) or ()}
    return [field.forbidden(f"{path}[{place}].state", ENDED) for place, status in enumerate(old)
            if (ended := (status.get("state") or {}).get("terminated")) is not None
            and (seen := now.get(status.get("name"))) is not None and (seen.get("state") or {}).get("terminated") is None
            and not _restarts(containers.get(status.get("name", "")), spec, kind, ended.get("exitCode", 0))]


def _restarts(container: Object | None, spec: Object, kind: str, code: int) -> bool:
    """ContainerShouldRestart: by the container's own rules and policy, else by the pod's."""
    if container is None or kind == "ephemeralContainers":
        return False
    for rule in container.get("restartPolicyRules") or ():
        wanted = rule.get("exitCodes") or {}
        if (code in (wanted.get("values") or ())) == (wanted.get("operator") == "In"):
            return rule.get("action") in ("Restart", "RestartAllContainers")
    policy = container.get("restartPolicy") or spec.get("restartPolicy")
    return policy == "Always" or (policy == "OnFailure" and code != 0)


def _ips(given: list[Object], path: str) -> Errors:
    errors: Errors = []
    for place, entry in enumerate(given):
        errors += addresses.ip(entry.get("ip", ""), f"{path}[{place}]")
    texts = [entry.get("ip", "") for entry in given]
    if len(given) > 1 and not errors and (len(given) > 2 or sum(":" in text for text in texts) != 1):
        errors.append(field.invalid(path, [{"IP": text} for text in texts], "may specify no more than one IP for each IP family"))
    return errors
