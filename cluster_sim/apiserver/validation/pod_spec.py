"""A pod's spec, whether of a pod or of a template.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidatePodSpec, ValidatePodTemplateSpec).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import (
    addresses,
    affinity,
    container_resources,
    containers,
    ephemeral,
    object_meta,
    pod_os,
    pod_resources,
    security,
    volumes,
)
from cluster_sim.apiserver.validation.numbers import MAX_INT32, one_of

Object = dict[str, Any]
Errors = list[FieldError]

RESTART = ("Always", "OnFailure", "Never")
DNS = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
RANGE = f"must be between 1 and {MAX_INT32}, inclusive"


def validate(spec: Object, path: str, is_pod: bool = False) -> Errors:
    """ValidatePodSpec, of a pod or of a template."""
    known, errors = volumes.check(spec.get("volumes"), f"{path}.volumes")
    errors += containers.check(spec, known, path)
    if spec.get("ephemeralContainers"):
        errors += ephemeral.containers(spec, known, path)
    errors += pod_resources.check(spec, path)
    errors += _host_network(spec, path, is_pod)
    errors += one_of(spec.get("restartPolicy", ""), f"{path}.restartPolicy", RESTART)
    errors += one_of(spec.get("dnsPolicy", ""), f"{path}.dnsPolicy", DNS)
    errors += object_meta.labels(spec.get("nodeSelector") or {}, f"{path}.nodeSelector")
    errors += security.pod(spec, f"{path}.securityContext")
    errors += affinity.check(spec.get("affinity"), f"{path}.affinity")
    errors += _dns(spec, f"{path}.dnsConfig")
    errors += _gates(spec, path)
    errors += affinity.spread(spec.get("topologySpreadConstraints"), f"{path}.topologySpreadConstraints")
    if spec.get("hostUsers") is False:
        errors += [field.forbidden(f"{path}.{name}", "when `hostUsers` is false")
                   for key, name in (("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")) if spec.get(key)]
        errors += [field.forbidden(f"{path}.{kind}[{place}].volumeDevices", "when `hostUsers` is false")
                   for kind in ("initContainers", "containers") for place, container in enumerate(spec.get(kind) or ())
                   if container.get("volumeDevices")]
    return errors + _names(spec, path)


def _names(spec: Object, path: str) -> Errors:
    errors: Errors = []
    for key, rule in (("serviceAccountName", names.dns_subdomain), ("nodeName", names.dns_subdomain)):
        if spec.get(key):
            errors += [field.invalid(f"{path}.{key}", spec[key], text) for text in rule(spec[key])]
    errors += _host_name(spec, f"{path}.hostnameOverride")
    seconds = spec.get("activeDeadlineSeconds")
    if seconds is not None and not 1 <= seconds <= MAX_INT32:
        errors.append(field.invalid(f"{path}.activeDeadlineSeconds", seconds, RANGE))
    for key in ("hostname", "subdomain"):
        if spec.get(key):
            errors += [field.invalid(f"{path}.{key}", spec[key], text) for text in names.dns_label(spec[key])]
    errors += affinity.tolerations(spec.get("tolerations"), f"{path}.tolerations")
    errors += _host_aliases(spec.get("hostAliases"), f"{path}.hostAliases")
    for key in ("priorityClassName", "runtimeClassName"):
        if spec.get(key):
            errors += [field.invalid(f"{path}.{key}", spec[key], text) for text in names.dns_subdomain(spec[key])]
    if spec.get("preemptionPolicy") not in (None, "PreemptLowerPriority", "Never"):
        errors.append(field.not_supported(f"{path}.preemptionPolicy", spec["preemptionPolicy"], ("PreemptLowerPriority", "Never")))
    errors += container_resources.check({"limits": spec["overhead"]}, f"{path}.overhead") if spec.get("overhead") else []
    return errors + pod_os.check(spec, path)


def _host_name(spec: Object, path: str) -> Errors:
    """validatePodHostName."""
    name = spec.get("hostnameOverride")
    if name is None:
        return []
    errors = [field.forbidden(path, f"may not be specified when {key} is true") for key in ("setHostnameAsFQDN", "hostNetwork")
              if spec.get(key)]
    errors += [field.too_long(path, 64)] if len(name) > 64 else []
    return errors + [field.invalid(path, name, text) for text in names.dns_subdomain(name)]


def _host_network(spec: Object, path: str, is_pod: bool) -> Errors:
    """validatePodHostNetworkDeps: on the node's network, a container's port is the node's."""
    errors: Errors = []
    for place, container in enumerate((spec.get("containers") or ()) if spec.get("hostNetwork") else ()):
        for number, port in enumerate(container.get("ports") or ()):
            have = port.get("hostPort", 0)
            if (is_pod or have) and have != port.get("containerPort", 0):
                errors.append(field.invalid(f"{path}.containers[{place}].ports[{number}].hostPort", have,
                                            "must match `containerPort` when `hostNetwork` is true"))
    return errors


def _host_aliases(given: list[Object] | None, path: str) -> Errors:
    errors: Errors = []
    for place, alias in enumerate(given or ()):
        at, ip = f"{path}[{place}]", alias.get("ip", "")
        if not addresses.is_ip(ip):
            errors.append(field.invalid(f"{at}.ip", ip, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"))
        for number, host in enumerate(alias.get("hostnames") or ()):
            errors += [field.invalid(f"{at}.hostnames[{number}]", host, text) for text in names.dns_subdomain(host)]
    return errors


def _dns(spec: Object, path: str) -> Errors:
    given, errors = spec.get("dnsConfig"), []
    if spec.get("dnsPolicy") == "None":
        if given is None:
            return [field.required(path, "must provide `dnsConfig` when `dnsPolicy` is None")]
        if not given.get("nameservers"):
            return [field.required(f"{path}.nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None")]
    if given:
        servers = given.get("nameservers") or []
        if len(servers) > 3:
            errors.append(field.invalid(f"{path}.nameservers", servers, "must not have more than 3 nameservers"))
        for place, ip in enumerate(servers):
            if not addresses.is_ip(ip):
                errors.append(field.invalid(f"{path}.nameservers[{place}]", ip, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"))
        searches = given.get("searches") or []
        if len(searches) > 32:
            errors.append(field.invalid(f"{path}.searches", searches, "must not have more than 32 search paths"))
        if len(" ".join(searches)) > 2048:
            errors.append(field.invalid(f"{path}.searches", searches,
                                        "must not have more than 2048 characters (including spaces) in the search list"))
        for place, option in enumerate(given.get("options") or ()):
            if not option.get("name"):
                errors.append(field.required(f"{path}.options[{place}]", "must not be empty"))
    return errors


def _gates(spec: Object, path: str) -> Errors:
    errors: Errors = []
    for place, gate in enumerate(spec.get("readinessGates") or ()):
        kind = gate.get("conditionType", "")
        errors += [field.invalid(f"{path}.readinessGates[{place}].conditionType", kind, text) for text in names.qualified_name(kind)]
    seen: dict[str, bool] = {}
    for place, gate in enumerate(spec.get("schedulingGates") or ()):
        at, name = f"{path}.schedulingGates[{place}]", gate.get("name", "")
        errors += [field.invalid(at, name, text) for text in names.qualified_name(name)]
        if name in seen:
            errors.append(field.duplicate(at, name))
        seen[name] = True
    return errors


def template(given: Object, path: str) -> Errors:
    """ValidatePodTemplateSpec."""
    meta = given.get("metadata") or {}
    errors = object_meta.labels(meta.get("labels") or {}, f"{path}.labels")
    errors += object_meta.annotations(meta.get("annotations") or {}, f"{path}.annotations")
    errors += validate(given.get("spec") or {}, f"{path}.spec")
    if (given.get("spec") or {}).get("ephemeralContainers"):
        errors.append(field.forbidden(f"{path}.spec.ephemeralContainers", "ephemeral containers not allowed in pod template"))
    return errors
