"""Security contexts of pods and containers.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (validatePodSpecSecurityContext, ValidateSecurityContext).
"""

from __future__ import annotations

import re
from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import volumes

Object = dict[str, Any]
Errors = list[FieldError]

ID = "must be between 0 and 2147483647, inclusive"
PROFILES = ("Localhost", "RuntimeDefault", "Unconfined")
PROC = ("Default", "Unmasked")
SYSCTL = r"[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
SYSCTL_NAME = rf"({SYSCTL}[\./])*{SYSCTL}"
SYSCTL_LIMIT = 253


def _id(value: Any, path: str) -> Errors:
    return [field.invalid(path, value, ID)] if value is not None and not 0 <= value <= 2147483647 else []


def _seccomp(given: Object | None, path: str) -> Errors:
    """validateSeccompProfileField."""
    if given is None:
        return []
    kind, local, errors = given.get("type", ""), given.get("localhostProfile"), []
    if not kind:
        errors.append(field.required(f"{path}.type", "type is required when seccompProfile is set"))
    elif kind not in PROFILES:
        errors.append(field.not_supported(f"{path}.type", kind, PROFILES))
    if kind != "Localhost":
        if local is not None:
            shown = {"Type": kind, "LocalhostProfile": local}
            errors.append(field.invalid(f"{path}.localhostProfile", shown, "can only be set when seccomp type is Localhost"))
    elif local is None:
        errors.append(field.required(f"{path}.localhostProfile", "must be set when seccomp type is Localhost"))
    else:
        errors += volumes.descending(local, f"{path}.localhostProfile")
    return errors


def _app_armor(given: Object | None, path: str) -> Errors:
    """ValidateAppArmorProfileField."""
    if given is None:
        return []
    kind, local = given.get("type", ""), given.get("localhostProfile")
    if not kind:
        return [field.required(f"{path}.type", "type is required when appArmorProfile is set")]
    if kind not in PROFILES:
        return [field.not_supported(f"{path}.type", kind, PROFILES)]
    if kind != "Localhost":
        text = "can only be set when AppArmor type is Localhost"
        return [] if local is None else [field.invalid(f"{path}.localhostProfile", local, text)]
    if not (local or "").strip() and local == (local or "").strip() or local is None:
        return [field.required(f"{path}.localhostProfile", "must be set when AppArmor type is Localhost")]
    errors: Errors = []
    if local != local.strip():
        errors.append(field.invalid(f"{path}.localhostProfile", local, "must not be padded with whitespace"))
    return errors + ([field.too_long(f"{path}.localhostProfile", 4095)] if len(local) > 4095 else [])


def _sysctls(given: list[Object] | None, path: str, spec: Object) -> Errors:
    """validateSysctls: well-named, once, and not of a namespace that the pod shares with its node."""
    errors: Errors = []
    seen: dict[str, bool] = {}
    for place, sysctl in enumerate(given or ()):
        at, name = f"{path}[{place}].name", sysctl.get("name", "")
        if not name:
            errors.append(field.required(at))
        elif len(name) > SYSCTL_LIMIT or not re.fullmatch(SYSCTL_NAME, name):
            errors.append(field.invalid(at, name, f"must have at most {SYSCTL_LIMIT} characters and match regex ^{SYSCTL_NAME}$"))
        elif name in seen:
            errors.append(field.duplicate(at, name))
        seen[name] = True
        dotted = name.replace("/", ".")
        if spec.get("hostNetwork") and dotted.startswith("net."):
            errors.append(field.invalid(at, name, "may not be specified when 'hostNetwork' is true"))
        elif spec.get("hostIPC") and dotted.startswith(("kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue.")):
            errors.append(field.invalid(at, name, "may not be specified when 'hostIPC' is true"))
    return errors


def pod(spec: Object, path: str) -> Errors:
    """A pod's securityContext, with what of the pod's own fields belongs to it."""
    given = spec.get("securityContext") or {}
    errors = _id(given.get("fsGroup"), f"{path}.fsGroup")
    errors += _id(given.get("runAsUser"), f"{path}.runAsUser") + _id(given.get("runAsGroup"), f"{path}.runAsGroup")
    for place, group in enumerate(given.get("supplementalGroups") or ()):
        errors += _id(group, f"{path}.supplementalGroups[{place}]")
    if spec.get("shareProcessNamespace") and spec.get("hostPID"):
        errors.append(field.invalid(f"{path}.shareProcessNamespace", True, "ShareProcessNamespace and HostPID cannot both be enabled"))
    errors += _sysctls(given.get("sysctls"), f"{path}.sysctls", spec)
    if given.get("fsGroupChangePolicy") not in (None, "Always", "OnRootMismatch"):
        errors.append(field.not_supported(f"{path}.fsGroupChangePolicy", given["fsGroupChangePolicy"], ("Always", "OnRootMismatch")))
    errors += _seccomp(given.get("seccompProfile"), f"{path}.seccompProfile")
    errors += _app_armor(given.get("appArmorProfile"), f"{path}.appArmorProfile")
    for name, supported in (("supplementalGroupsPolicy", ("Merge", "Strict")), ("seLinuxChangePolicy", ("MountOption", "Recursive"))):
        if given.get(name) is not None and given[name] not in supported:
            errors.append(field.not_supported(f"{path}.{name}", given[name], supported))
    return errors


def container(given: Object | None, path: str) -> Errors:
    """A container's securityContext."""
    if not given:
        return []
    errors = _id(given.get("runAsUser"), f"{path}.runAsUser") + _id(given.get("runAsGroup"), f"{path}.runAsGroup")
    if given.get("procMount") is not None and given["procMount"] not in PROC:
        errors.append(field.not_supported(f"{path}.procMount", given["procMount"], PROC))
    errors += _seccomp(given.get("seccompProfile"), f"{path}.seccompProfile")
    errors += _app_armor(given.get("appArmorProfile"), f"{path}.appArmorProfile")
    if given.get("allowPrivilegeEscalation") is False:
        if given.get("privileged"):
            errors.append(field.invalid(path, given, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"))
        if "CAP_SYS_ADMIN" in ((given.get("capabilities") or {}).get("add") or ()):
            errors.append(field.invalid(path, given, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"))
    return errors
