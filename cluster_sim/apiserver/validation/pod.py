"""Pods, when they are created.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidatePodCreate).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import containers, pod_spec

Object = dict[str, Any]


def spec_errors(spec: Object) -> list[FieldError]:
    """validatePodMetadataAndSpec, of the spec: whatever is done to a pod, this must hold."""
    return pod_spec.validate(spec, "spec", is_pod=True) + containers.spaces(spec, "spec")


def validate(obj: Object) -> list[FieldError]:
    """A new pod."""
    spec = obj.get("spec") or {}
    errors = spec_errors(spec)
    if spec.get("ephemeralContainers"):
        errors.append(field.forbidden("spec.ephemeralContainers", "cannot be set on create"))
    if spec.get("nodeName") and spec.get("schedulingGates"):
        errors.append(field.forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared"))
    return errors
