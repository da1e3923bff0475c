"""Pods, when their containers are resized: cpu and memory, up or down, but never away.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidatePodResize).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import pod

Object = dict[str, Any]
Errors = list[FieldError]

MIRROR = "kubernetes.io/config.mirror"
ONLY = "only cpu and memory resources are mutable"


def validate(new: Object, old: Object, qos_before: str, qos_after: str) -> Errors:
    """A pod with other resources."""
    after, before = new["spec"], old["spec"]
    if MIRROR in (old["metadata"].get("annotations") or {}):
        return [field.forbidden("[]", "static pods cannot be resized")]
    if (before.get("os") or {}).get("name") == "windows":
        return [field.forbidden("[]", "windows pods cannot be resized")]
    errors = pod.spec_errors(after)
    if qos_before != qos_after:
        errors.append(field.invalid("spec", qos_before, "Pod QOS Class may not change as a result of resizing"))
    if not _supported(old):
        errors.append(field.forbidden("spec", "Pod running on node without support for resize"))
    errors += _pod_level(after.get("resources"), before.get("resources"))
    order = _order(after, before, "containers") + _order(after, before, "initContainers")
    if order:
        return errors + order
    for kind in ("initContainers", "containers"):
        for place, (want, have) in enumerate(zip(after.get(kind) or (), before.get(kind) or (), strict=True)):
            errors += _removed(want.get("resources") or {}, have.get("resources") or {}, f"spec.{kind}[{place}].resources", "resource")
    errors += [field.forbidden("spec", ONLY) for want, have in zip(after["containers"], before["containers"], strict=True)
               if _masked(want) != _masked(have)]
    for place, (want, have) in enumerate(zip(after.get("initContainers") or (), before.get("initContainers") or (), strict=True)):
        path = f"spec.initContainers[{place}]"
        if _masked(want) != _masked(have):
            errors.append(field.forbidden(path, "only cpu and memory resources for init or sidecar containers are mutable"))
        elif want != have and want.get("restartPolicy") != "Always" and _restarting(want):
            errors.append(field.forbidden(path, "non-sidecar init containers with a resize policy of RestartContainer cannot be resized"))
    return errors


def _supported(old: Object) -> bool:
    """Whether the node told the resources of what runs there."""
    for status in (old.get("status") or {}).get("containerStatuses") or ():
        if (status.get("state") or {}).get("running") is not None:
            return status.get("resources") is not None
    return True


def _pod_level(want: Object | None, have: Object | None) -> Errors:
    if not (have or {}).get("requests") and not (have or {}).get("limits"):
        have = None
    if have is None and not want:
        return []
    if have is not None and want is None:
        return [field.forbidden("spec.resources", "pod-level resources cannot be removed")]
    errors = _removed(want or {}, have or {}, "spec.resources", "pod-level resource")
    if _masked({"resources": want}) != _masked({"resources": have or {}}):
        errors.append(field.forbidden("spec", "only cpu and memory resources are mutable at pod-level"))
    return errors


def _order(after: Object, before: Object, kind: str) -> Errors:
    """validatePodResizeContainerOrdering."""
    want, have = after.get(kind) or [], before.get(kind) or []
    if len(want) != len(have):
        return [field.forbidden(f"spec.{kind}", f"{kind} may not be added or removed on resize")]
    return [field.forbidden(f"spec.{kind}[{place}].name", f"{kind} may not be renamed or reordered on resize")
            for place, (new, old) in enumerate(zip(want, have, strict=True)) if new["name"] != old["name"]]


def _removed(want: Object, have: Object, path: str, what: str) -> Errors:
    return [field.forbidden(f"{path}.{kind}", f"{what} {kind} cannot be removed") for kind in ("requests", "limits")
            if any(name not in (want.get(kind) or {}) for name in have.get(kind) or ())]


def _masked(container: Object) -> Object:
    """The container without the amounts that may change."""
    given = container.get("resources") or {}
    rest = {key: value for key, value in given.items() if key not in ("requests", "limits")}
    for kind in ("requests", "limits"):
        kept = {name: amount for name, amount in (given.get(kind) or {}).items() if name not in ("cpu", "memory")}
        if kept:
            rest[kind] = kept
    return {**container, "resources": rest}


def _restarting(container: Object) -> bool:
    return any(policy.get("restartPolicy") == "RestartContainer" for policy in container.get("resizePolicy") or ())
