"""Containers of a pod, regular and init.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (validateContainers, validateInitContainers).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import container_resources, environment, probes, restarts, security, volumes

Object = dict[str, Any]
Errors = list[FieldError]

PULL = ("Always", "IfNotPresent", "Never")
MESSAGES = ("File", "FallbackToLogsOnError")
PROTOCOLS = ("SCTP", "TCP", "UDP")
PROPAGATION = ("Bidirectional", "HostToContainer", "None")


def check(spec: Object, known: dict[str, Object], path: str) -> Errors:
    """All containers of a pod's spec, given its well-formed volumes."""
    grace = spec.get("terminationGracePeriodSeconds")
    containers = spec.get("containers") or []
    if not containers:
        errors: Errors = [field.required(f"{path}.containers")]
    else:
        errors = []
        seen: dict[str, bool] = {}
        for place, container in enumerate(containers):
            at = f"{path}.containers[{place}]"
            errors += common(container, known, at)
            if container.get("name", "") in seen:
                errors.append(field.duplicate(f"{at}.name", container["name"]))
            seen[container.get("name", "")] = True
            errors += probes.check(container, at, grace)
            errors += restarts.check(container, at)
        errors += host_ports(containers, f"{path}.containers")
    return errors + _init(spec, known, f"{path}.initContainers", grace)


def _init(spec: Object, known: dict[str, Object], path: str, grace: int | None) -> Errors:
    errors: Errors = []
    names_: dict[str, bool] = {container.get("name", ""): True for container in spec.get("containers") or ()}
    for place, container in enumerate(spec.get("initContainers") or ()):
        at = f"{path}[{place}]"
        errors += common(container, known, at)
        sidecar = container.get("restartPolicy") == "Always"
        errors += restarts.check(container, at)
        if container.get("name", "") in names_:
            errors.append(field.duplicate(f"{at}.name", container["name"]))
        names_[container.get("name", "")] = True
        errors += host_ports([container], path)
        if sidecar:
            errors += probes.check(container, at, grace)
        else:
            for name in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe"):
                if container.get(name) is not None:
                    errors.append(field.forbidden(f"{at}.{name}", "may not be set for init containers without restartPolicy=Always"))
    return errors


def common(container: Object, known: dict[str, Object], path: str) -> Errors:
    """validateContainerCommon."""
    name, image = container.get("name", ""), container.get("image", "")
    errors: Errors = []
    if not name:
        errors.append(field.required(f"{path}.name"))
    else:
        errors += [field.invalid(f"{path}.name", name, text) for text in names.dns_label(name)]
    if not image:
        errors.append(field.required(f"{path}.image"))
    policy = container.get("terminationMessagePolicy", "")
    if not policy:
        errors.append(field.required(f"{path}.terminationMessagePolicy"))
    elif policy not in MESSAGES:
        errors.append(field.not_supported(f"{path}.terminationMessagePolicy", policy, MESSAGES))
    errors += _ports(container.get("ports"), f"{path}.ports")
    errors += environment.check(container.get("env"), f"{path}.env")
    errors += environment.check_from(container.get("envFrom"), f"{path}.envFrom")
    devices = {device.get("name", ""): device.get("devicePath", "") for device in container.get("volumeDevices") or ()}
    privileged = bool((container.get("securityContext") or {}).get("privileged"))
    errors += mounts(container.get("volumeMounts"), devices, known, f"{path}.volumeMounts", privileged)
    errors += volumes.devices(container, known, f"{path}.volumeDevices")
    pull = container.get("imagePullPolicy", "")
    if not pull:
        errors.append(field.required(f"{path}.imagePullPolicy"))
    elif pull not in PULL:
        errors.append(field.not_supported(f"{path}.imagePullPolicy", pull, PULL))
    errors += container_resources.check(container.get("resources"), f"{path}.resources")
    errors += _resize(container.get("resizePolicy"), f"{path}.resizePolicy")
    return errors + security.container(container.get("securityContext"), f"{path}.securityContext")


def _ports(given: list[Object] | None, path: str) -> Errors:
    errors: Errors = []
    seen: dict[str, bool] = {}
    for place, port in enumerate(given or ()):
        at, name = f"{path}[{place}]", port.get("name", "")
        if name:
            wrong = names.port_name(name)
            errors += [field.invalid(f"{at}.name", name, text) for text in wrong]
            if not wrong and name in seen:
                errors.append(field.duplicate(f"{at}.name", name))
            elif not wrong:
                seen[name] = True
        number = port.get("containerPort", 0)
        if not number:
            errors.append(field.required(f"{at}.containerPort"))
        else:
            errors += [field.invalid(f"{at}.containerPort", number, text) for text in names.port_number(number)]
        if port.get("hostPort"):
            errors += [field.invalid(f"{at}.hostPort", port["hostPort"], text) for text in names.port_number(port["hostPort"])]
        if not port.get("protocol"):
            errors.append(field.required(f"{at}.protocol"))
        elif port["protocol"] not in PROTOCOLS:
            errors.append(field.not_supported(f"{at}.protocol", port["protocol"], PROTOCOLS))
    return errors


def host_ports(containers: list[Object], path: str) -> Errors:
    """checkHostPortConflicts: a port of the node once only."""
    errors: Errors = []
    seen: dict[str, bool] = {}
    for place, container in enumerate(containers):
        for number, port in enumerate(container.get("ports") or ()):
            if port.get("hostPort"):
                text = f"{port.get('protocol', '')}/{port.get('hostIP', '')}/{port['hostPort']}"
                if text in seen:
                    errors.append(field.duplicate(f"{path}[{place}].ports[{number}].hostPort", text))
                seen[text] = True
    return errors


def spaces(spec: Object, path: str) -> Errors:
    """validateContainersOnlyForPod: a template may have what a pod may not."""
    errors: Errors = []
    for kind in ("containers", "initContainers"):
        for place, container in enumerate(spec.get(kind) or ()):
            image = container.get("image", "")
            if image != image.strip():
                errors.append(field.invalid(f"{path}.{kind}[{place}].image", image, "must not have leading or trailing whitespace"))
    return errors


def _resize(given: list[Object] | None, path: str) -> Errors:
    errors: Errors = []
    seen: dict[str, bool] = {}
    for place, policy in enumerate(given or ()):
        name, restart = policy.get("resourceName", ""), policy.get("restartPolicy", "")
        if name in seen:
            errors.append(field.duplicate(f"{path}[{place}]", name))
        seen[name] = True
        for value, supported in ((name, ("cpu", "memory")), (restart, ("NotRequired", "RestartContainer"))):
            if not value:
                errors.append(field.required(path))
            elif value not in supported:
                errors.append(field.not_supported(path, value, supported))
    return errors


def mounts(given: list[Object] | None, devices: dict[str, str], known: dict[str, Object], path: str,
           privileged: bool) -> Errors:
    """ValidateVolumeMounts."""
    errors: Errors = []
    seen: dict[str, bool] = {}
    for place, mount in enumerate(given or ()):
        at, name, where = f"{path}[{place}]", mount.get("name", ""), mount.get("mountPath", "")
        if not name:
            errors.append(field.required(f"{at}.name"))
        if name not in known:
            errors.append(field.not_found(f"{at}.name", name))
        if not where:
            errors.append(field.required(f"{at}.mountPath"))
        if where in seen:
            errors.append(field.invalid(f"{at}.mountPath", where, "must be unique"))
        seen[where] = True
        if name in devices:
            errors.append(field.invalid(f"{at}.name", name, "must not already exist in volumeDevices"))
        if where in devices.values():
            errors.append(field.invalid(f"{at}.mountPath", where, "must not already exist as a path in volumeDevices"))
        if mount.get("subPath"):
            errors += volumes.descending(mount["subPath"], f"{path}.subPath")
        if mount.get("subPathExpr"):
            if mount.get("subPath"):
                errors.append(field.invalid(f"{at}.subPathExpr", mount["subPathExpr"], "subPathExpr and subPath are mutually exclusive"))
            errors += volumes.descending(mount["subPathExpr"], f"{path}.subPathExpr")
        propagation = mount.get("mountPropagation")
        if propagation not in (None, *PROPAGATION):
            errors.append(field.not_supported(f"{path}.mountPropagation", propagation, PROPAGATION))
        elif propagation == "Bidirectional" and not privileged:
            errors.append(field.forbidden(f"{path}.mountPropagation",
                                          "Bidirectional mount propagation is available only to privileged containers"))
        errors += _recursive(mount, f"{at}.recursiveReadOnly")
    return errors


def _recursive(mount: Object, path: str) -> Errors:
    """validateMountRecursiveReadOnly."""
    want, errors = mount.get("recursiveReadOnly"), []
    if want in (None, "Disabled"):
        return []
    if want not in ("Enabled", "IfPossible"):
        return [field.not_supported(path, want, ("Disabled", "Enabled", "IfPossible"))]
    if not mount.get("readOnly"):
        errors.append(field.forbidden(path, "may only be specified when readOnly is true"))
    if mount.get("mountPropagation") not in (None, "None"):
        errors.append(field.forbidden(path, "may only be specified when mountPropagation is None or not specified"))
    return errors
