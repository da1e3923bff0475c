"""What a pod may say that is made for one operating system.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (validateOS, validateLinux, validateWindows).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError

Object = dict[str, Any]
Errors = list[FieldError]

WINDOWS = "cannot be set for a windows pod"
LINUX = "windows options cannot be set for a linux pod"
IN_POD = ("hostUsers", "hostPID", "hostIPC", "shareProcessNamespace")
IN_POD_CONTEXT = ("appArmorProfile", "seLinuxOptions", "seccompProfile", "fsGroup", "fsGroupChangePolicy", "sysctls", "runAsUser",
                  "runAsGroup", "supplementalGroups", "supplementalGroupsPolicy", "seLinuxChangePolicy")
IN_CONTAINER = ("appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem", "privileged",
                "allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup")


def check(spec: Object, path: str) -> Errors:
    """`spec.os`, and everything that does not go with it."""
    if spec.get("os") is None:
        return []
    name = spec["os"].get("name", "")
    if not name:
        return [field.required(f"{path}.os.name")]
    if name not in ("linux", "windows"):
        return [field.not_supported(f"{path}.os", name, ("linux", "windows"))]
    errors: Errors = []
    context, at = spec.get("securityContext") or {}, f"{path}.securityContext"
    if name == "linux":
        errors += [field.forbidden(f"{at}.windowsOptions", LINUX)] if "windowsOptions" in context else []
    else:
        errors += [field.forbidden(f"{at}.{key}", WINDOWS) for key in IN_POD_CONTEXT if context.get(key) not in (None, [])]
        errors += [field.forbidden(f"{path}.{key}", WINDOWS) for key in IN_POD if spec.get(key) is not None and spec[key] is not False]
    for kind in ("initContainers", "containers", "ephemeralContainers"):
        for place, container in enumerate(spec.get(kind) or ()):
            given, at = container.get("securityContext") or {}, f"{path}.{kind}[{place}].securityContext"
            if name == "linux":
                errors += [field.forbidden(f"{at}.windowsOptions", LINUX)] if "windowsOptions" in given else []
            else:
                errors += [field.forbidden(f"{at}.{key}", WINDOWS) for key in IN_CONTAINER if given.get(key) is not None]
    return errors
