"""Environment variables and where their values come from.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidateEnv, ValidateEnvFrom, validateObjectFieldSelector).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names, quantity
from cluster_sim.api.field import FieldError

Object = dict[str, Any]
Errors = list[FieldError]

ENV_FIELDS = ("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
              "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs")
VOLUME_FIELDS = ("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid")
CONVERTIBLE = (*ENV_FIELDS, "metadata.annotations", "metadata.labels", "spec.restartPolicy", "spec.schedulerName", "status.phase")
RESOURCES = ("limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage",
             "requests.memory")
HUGE_PAGES = ("limits.hugepages-", "requests.hugepages-")
CPU_DIVISORS = ("1m", "1")
DIVISORS = ("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei")
SOURCES = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
ONE_ONLY = "may not have more than one field specified at a time"


def check(given: list[Object] | None, path: str) -> Errors:
    """ValidateEnv."""
    errors: Errors = []
    for place, variable in enumerate(given or ()):
        at, name = f"{path}[{place}]", variable.get("name", "")
        if not name:
            errors.append(field.required(f"{at}.name"))
        else:
            errors += [field.invalid(f"{at}.name", name, text) for text in names.env_name(name)]
        if variable.get("valueFrom") is not None:
            errors += _value_from(variable, f"{at}.valueFrom")
    return errors


def _value_from(variable: Object, path: str) -> Errors:
    source, errors, sources = variable["valueFrom"], [], 0
    if source.get("fieldRef") is not None:
        sources += 1
        errors += field_ref(source["fieldRef"], ENV_FIELDS, f"{path}.fieldRef")
    if source.get("resourceFieldRef") is not None:
        sources += 1
        errors += resource_ref(source["resourceFieldRef"], f"{path}.resourceFieldRef", False)
    for name in ("configMapKeyRef", "secretKeyRef"):
        if source.get(name) is not None:
            sources += 1
            errors += key_ref(source[name], f"{path}.{name}")
    if source.get("fileKeyRef") is not None:
        sources += 1
    if not sources:
        errors.append(field.invalid(path, "", SOURCES))
    elif variable.get("value"):
        errors.append(field.invalid(path, "", "may not be specified when `value` is not empty"))
    elif sources > 1:
        errors.append(field.invalid(path, "", ONE_ONLY))
    return errors


def key_ref(source: Object, path: str) -> Errors:
    """A key of a ConfigMap or Secret."""
    name = source.get("name", "")
    errors = [field.invalid(f"{path}.name", name, text) for text in names.dns_subdomain(name)]
    if not source.get("key"):
        return [*errors, field.required(f"{path}.key")]
    return errors + [field.invalid(f"{path}.key", source["key"], text) for text in names.config_key(source["key"])]


def field_ref(source: Object, expressions: tuple[str, ...], path: str) -> Errors:
    """validateObjectFieldSelector."""
    if not source.get("apiVersion"):
        return [field.required(f"{path}.apiVersion")]
    given = source.get("fieldPath", "")
    if not given:
        return [field.required(f"{path}.fieldPath")]
    base, bracket, rest = given.partition("['")
    if bracket and rest.endswith("']") and base in ("metadata.annotations", "metadata.labels"):
        key = rest[:-2]
        found = names.qualified_name(key.lower() if base == "metadata.annotations" else key)
        return [field.invalid(path, key, text) for text in found]
    if given not in CONVERTIBLE:
        return [field.invalid(f"{path}.fieldPath", given, f"error converting fieldPath: field label not supported: {given}")]
    if given not in expressions:
        return [field.not_supported(f"{path}.fieldPath", given, expressions)]
    return []


def resource_ref(source: Object, path: str, volume: bool) -> Errors:
    """validateContainerResourceFieldSelector."""
    resource, errors = source.get("resource", ""), []
    if volume and not source.get("containerName"):
        errors.append(field.required(f"{path}.containerName"))
    elif not resource:
        errors.append(field.required(f"{path}.resource"))
    elif resource not in RESOURCES and not resource.startswith(HUGE_PAGES):
        errors.append(field.not_supported(f"{path}.resource", resource, RESOURCES))
    divisor = source.get("divisor", "0")
    if quantity.nano(divisor):
        cpu = resource.endswith(".cpu")
        if quantity.canonical(divisor) not in (CPU_DIVISORS if cpu else DIVISORS):
            what = "cpu" if cpu else "memory" if resource.endswith(".memory") else (
                "hugepages" if resource.startswith(HUGE_PAGES) else "local ephemeral storage")
            allowed = "1m and 1" if cpu else ", ".join(DIVISORS)
            errors.append(field.invalid(f"{path}.divisor", resource, f"only divisor's values {allowed} are supported with the {what} resource"))
    return errors


def check_from(given: list[Object] | None, path: str) -> Errors:
    """ValidateEnvFrom. (Upstream names the whole list where an entry has no source, or two.)"""
    errors: Errors = []
    for place, source in enumerate(given or ()):
        at = f"{path}[{place}]"
        if source.get("prefix"):
            errors += [field.invalid(f"{at}.prefix", source["prefix"], text) for text in names.env_name(source["prefix"])]
        sources = [name for name in ("configMapRef", "secretRef") if source.get(name) is not None]
        for kind in sources:
            name = source[kind].get("name", "")
            if not name:
                errors.append(field.required(f"{at}.{kind}.name"))
            else:
                errors += [field.invalid(f"{at}.{kind}.name", name, text) for text in names.dns_subdomain(name)]
        if not sources:
            errors.append(field.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"))
        elif len(sources) > 1:
            errors.append(field.invalid(path, "", ONE_ONLY))
    return errors
