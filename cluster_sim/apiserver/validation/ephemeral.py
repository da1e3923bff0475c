"""Ephemeral containers: added to a pod that runs, never changed, never removed, and with less than other containers.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (validateEphemeralContainers, ValidatePodEphemeralContainersUpdate).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import containers as regular
from cluster_sim.apiserver.validation import volumes

Object = dict[str, Any]
Errors = list[FieldError]

NOT_ALLOWED = ("ports", "resources", "resizePolicy", "restartPolicy", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle")


def containers(spec: Object, known: dict[str, Object], path: str) -> Errors:
    """All ephemeral containers of a spec."""
    errors: Errors = []
    others = {container.get("name", ""): True for kind in ("containers", "initContainers") for container in spec.get(kind) or ()}
    seen: dict[str, bool] = {}
    for place, container in enumerate(spec.get("ephemeralContainers") or ()):
        at, name = f"{path}.ephemeralContainers[{place}]", container.get("name", "")
        errors += regular.common(container, known, at)
        image = container.get("image", "")
        if image != image.strip():
            errors.append(field.invalid(f"{at}.image", image, "must not have leading or trailing whitespace"))
        if name in seen or name in others:
            errors.append(field.duplicate(f"{at}.name", name))
        seen[name] = True
        target = container.get("targetContainerName")
        if target and target not in others:
            errors.append(field.not_found(f"{at}.targetContainerName", target))
        for key in NOT_ALLOWED:
            if container.get(key):
                errors.append(field.forbidden(f"{at}.{key}", "cannot be set for an Ephemeral Container"))
        for number, mount in enumerate(container.get("volumeMounts") or ()):
            for key in ("subPath", "subPathExpr"):
                if mount.get(key):
                    errors.append(field.forbidden(f"{at}.volumeMounts[{number}].{key}", "cannot be set for an Ephemeral Container"))
    return errors


def check(new: Object, old: Object) -> Errors:
    """ValidatePodEphemeralContainersUpdate."""
    known, _ = volumes.check(new["spec"].get("volumes"), "spec.volumes")
    errors = containers(new["spec"], known, "spec")
    wanted = {container.get("name"): container for container in new["spec"].get("ephemeralContainers") or ()}
    for container in old["spec"].get("ephemeralContainers") or ():
        name = container["name"]
        if name not in wanted:
            errors.append(field.forbidden("spec.ephemeralContainers", f'existing ephemeral containers "{name}" may not be removed\n'))
        elif wanted[name] != container:
            errors.append(field.forbidden("spec.ephemeralContainers", f'existing ephemeral containers "{name}" may not be changed\n'))
    return errors
