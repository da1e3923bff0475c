"""PodSecurity: a namespace's labels say how tame its pods must be.

`enforce` refuses pods; `warn` tells of pods and of workloads whose pods would be refused later. A namespace that
enforces without saying `warn` warns at the level it enforces.

Upstream: k8s.io/pod-security-admission/admission/admission.go, api/helpers.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cluster_sim.api import field, status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver.admission import pod_security_checks
from cluster_sim.apiserver.admission.refusal import refusal
from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

PREFIX = "pod-security.kubernetes.io/"
LEVELS = ("privileged", "baseline", "restricted")
WORKLOADS = ("replicationcontrollers", "deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps",
             "jobs.batch", "cronjobs.batch", "podtemplates")
VERSION = re.compile(r"v1\.([0-9]|[1-9][0-9]*)")


def _policy(labels: dict[str, str], mode: str) -> tuple[str, str]:
    """(level, version) of a mode; a level nobody knows counts as the strictest."""
    level = labels.get(f"{PREFIX}{mode}", "privileged")
    version = labels.get(f"{PREFIX}{mode}-version", "latest")
    return level if level in LEVELS else "restricted", version


def _labels(server: APIServer, info: RequestInfo) -> dict[str, str]:
    namespace = server.cache.get("namespaces", info.namespace)
    return (namespace["metadata"].get("labels") or {}) if namespace is not None else {}


def _warn_policy(labels: dict[str, str]) -> tuple[str, str]:
    enforce, warn = _policy(labels, "enforce"), _policy(labels, "warn")
    if f"{PREFIX}warn" not in labels and LEVELS.index(enforce[0]) > LEVELS.index(warn[0]):
        return enforce
    return warn


def validate(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> None:
    """Hold a pod against the level its namespace enforces; raises ApiError 403."""
    labels = _labels(server, info)
    if f"{PREFIX}enforce" not in labels and f"{PREFIX}warn" not in labels:
        return
    if old is not None and _same_for_us(new, old):
        return
    level, version = _policy(labels, "enforce")
    found = pod_security_checks.evaluate(new["spec"], level, new["metadata"])
    if found:
        raise refusal(info, new, f'violates PodSecurity "{level}:{version}": {found}')
    warn, version = _warn_policy(labels)
    found = pod_security_checks.evaluate(new["spec"], warn, new["metadata"]) if warn != level else ""
    if found:
        info.warnings.append(f'would violate PodSecurity "{warn}:{version}": {found}')


def _same_for_us(new: Object, old: Object) -> bool:
    """An update of a pod matters only if its images change."""
    def images(pod: Object) -> list[Any]:
        return [c.get("image") for kind in ("containers", "initContainers", "ephemeralContainers") for c in pod["spec"].get(kind) or ()]
    return images(new) == images(old)


def warn(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> None:
    """Warn of a workload whose pods would be refused."""
    labels = _labels(server, info)
    if not labels:
        return
    level, version = _warn_policy(labels)
    if level == "privileged":
        return
    spec = new.get("spec") or {}
    spec = (spec.get("jobTemplate") or {}).get("spec") or {} if new["kind"] == "CronJob" else spec
    template = new.get("template") if new["kind"] == "PodTemplate" else spec.get("template")
    if template and template.get("spec"):
        found = pod_security_checks.evaluate(template["spec"], level, template.get("metadata") or {})
        if found:
            info.warnings.append(f'would violate PodSecurity "{level}:{version}": {found}')


def validate_namespace(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> None:
    """Labels must name levels and versions; a stricter level is told of the pods that it would refuse."""
    labels = new["metadata"].get("labels") or {}
    errors = []
    for mode in ("enforce", "audit", "warn"):
        level, version = labels.get(f"{PREFIX}{mode}"), labels.get(f"{PREFIX}{mode}-version")
        path = f"metadata.labels[{PREFIX}{mode}"
        if level is not None and level not in LEVELS:
            errors.append(field.invalid(f"{path}]", level, f"must be one of {', '.join(LEVELS)}"))
        if version is not None and version != "latest" and not VERSION.fullmatch(version):
            errors.append(field.invalid(f"{path}-version]", version, 'must be "latest" or "v1.x"'))
    if errors:
        raise ApiError(status.invalid("Namespace", new["metadata"]["name"], errors))
    if old is not None:
        _warn_of_pods(server, info, new["metadata"]["name"], labels, old["metadata"].get("labels") or {})


def _warn_of_pods(server: APIServer, info: RequestInfo, name: str, labels: dict[str, str], before: dict[str, str]) -> None:
    level, version = _policy(labels, "enforce")
    if LEVELS.index(level) <= LEVELS.index(_policy(before, "enforce")[0]):
        return
    found: dict[str, list[str]] = {}
    for pod in server.cache.list("pods", name):
        text = pod_security_checks.evaluate(pod["spec"], level, pod["metadata"], reasons_only=True)
        if text:
            found.setdefault(text, []).append(pod["metadata"]["name"])
    if found:
        info.warnings.append(f'existing pods in namespace "{name}" violate the new PodSecurity enforce level "{level}:{version}"')
    for text, pods in sorted(found.items(), key=lambda item: item[1][0]):
        more = len(pods) - 1
        others = f" (and {more} other pod{'s' if more > 1 else ''})" if more else ""
        info.warnings.append(f"{pods[0]}{others}: {text}")
