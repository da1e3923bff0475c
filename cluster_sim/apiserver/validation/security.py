"""Security contexts of pods and containers.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (validatePodSpecSecurityContext, ValidateSecurityContext).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError

Object = dict[str, Any]
Errors = list[FieldError]

ID = "must be between 0 and 2147483647, inclusive"
SECCOMP = ("Localhost", "RuntimeDefault", "Unconfined")
PROC = ("Default", "Unmasked")


def _id(value: Any, path: str) -> Errors:
    return [field.invalid(path, value, ID)] if value is not None and not 0 <= value <= 2147483647 else []


def _profile(given: Object | None, path: str) -> Errors:
    if given is None:
        return []
    kind = given.get("type", "")
    if not kind:
        return [field.required(f"{path}.type", "type is required when seccompProfile is set" if "seccomp" in path else
                               "type is required when appArmorProfile is set")]
    if kind == "Localhost":
        return [] if given.get("localhostProfile") else [field.required(
            f"{path}.localhostProfile", "must be set when seccomp type is Localhost" if "seccomp" in path else
            "must be set when AppArmor type is Localhost")]
    errors: Errors = []
    if given.get("localhostProfile") is not None:
        errors.append(field.invalid(f"{path}.localhostProfile", given["localhostProfile"],
                                    "can only be set when seccomp type is Localhost"))
    if kind not in SECCOMP:
        errors.append(field.not_supported(f"{path}.type", kind, SECCOMP))
    return errors


def pod(given: Object | None, path: str) -> Errors:
    """A pod's securityContext."""
    if not given:
        return []
    errors = _id(given.get("fsGroup"), f"{path}.fsGroup")
    errors += _id(given.get("runAsUser"), f"{path}.runAsUser") + _id(given.get("runAsGroup"), f"{path}.runAsGroup")
    for place, group in enumerate(given.get("supplementalGroups") or ()):
        errors += _id(group, f"{path}.supplementalGroups[{place}]")
    if given.get("fsGroupChangePolicy") not in (None, "Always", "OnRootMismatch"):
        errors.append(field.not_supported(f"{path}.fsGroupChangePolicy", given["fsGroupChangePolicy"], ("Always", "OnRootMismatch")))
    return errors + _profile(given.get("seccompProfile"), f"{path}.seccompProfile")


def container(given: Object | None, path: str) -> Errors:
    """A container's securityContext."""
    if not given:
        return []
    errors = _id(given.get("runAsUser"), f"{path}.runAsUser") + _id(given.get("runAsGroup"), f"{path}.runAsGroup")
    if given.get("procMount") is not None and given["procMount"] not in PROC:
        errors.append(field.not_supported(f"{path}.procMount", given["procMount"], PROC))
    errors += _profile(given.get("seccompProfile"), f"{path}.seccompProfile")
    if given.get("allowPrivilegeEscalation") is False:
        if given.get("privileged"):
            errors.append(field.invalid(path, given, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"))
        if "CAP_SYS_ADMIN" in ((given.get("capabilities") or {}).get("add") or ()):
            errors.append(field.invalid(path, given, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"))
    return errors
