"""Ingresses and their classes.

Upstream: kubernetes/pkg/apis/networking/validation/validation.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import addresses, object_meta

Object = dict[str, Any]
Errors = list[FieldError]

PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")
WILDCARD = ("a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower "
            "case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for "
            r"validation is '\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")
BAD_IN_PATH = ("//", "/./", "/../", "%2f", "%2F")
BAD_ENDS = ("/..", "/.")
NOT_IP = "must be a DNS name, not an IP address"
CLASS = "kubernetes.io/ingress.class"
SCOPES = ("Cluster", "Namespace")


def validate(obj: Object) -> Errors:
    """ValidateIngressCreate."""
    chosen, note = (obj.get("spec") or {}).get("ingressClassName"), (obj["metadata"].get("annotations") or {}).get(CLASS)
    errors = _spec(obj.get("spec") or {})
    if None not in (chosen, note) and chosen != note:
        errors.append(field.invalid(f"annotations.{CLASS}", note, "must match `ingressClassName` when both are specified"))
    return errors


def validate_update(new: Object, old: Object) -> Errors:
    """ValidateIngressUpdate."""
    return _spec(new.get("spec") or {})


def validate_status(new: Object, old: Object) -> Errors:
    """ValidateIngressLoadBalancerStatus."""
    errors: Errors = []
    for place, entry in enumerate(((new.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()):
        at, ip, host = f"status.loadBalancer.ingress[{place}]", entry.get("ip", ""), entry.get("hostname", "")
        errors += addresses.ip(ip, f"{at}.ip") if ip else []
        if host:
            errors += [field.invalid(f"{at}.hostname", host, text) for text in names.dns_subdomain(host)]
            errors += [field.invalid(f"{at}.hostname", host, NOT_IP)] if addresses.is_ip(host) else []
    return errors


def _spec(spec: Object) -> Errors:
    """ValidateIngressSpec."""
    errors: Errors = []
    rules, backend = spec.get("rules") or [], spec.get("defaultBackend")
    if not rules and backend is None:
        errors.append(field.invalid("spec", None, "either `defaultBackend` or `rules` must be specified"))
    if backend is not None:
        errors += _backend(backend, "spec.defaultBackend")
    for place, rule in enumerate(rules):
        errors += _rule(rule, f"spec.rules[{place}]")
    for place, tls in enumerate(spec.get("tls") or ()):
        for number, host in enumerate(tls.get("hosts") or ()):
            errors += _host(host, f"spec.tls[{place}].hosts[{number}]")
        if tls.get("secretName"):
            errors += [field.invalid(f"spec.tls[{place}].secretName", tls["secretName"], text) for text in names.dns_subdomain(tls["secretName"])]
    name = spec.get("ingressClassName")
    if name is not None:
        errors += [field.invalid("spec.ingressClassName", name, text) for text in names.dns_subdomain(name)]
    return errors


def _host(host: str, path: str) -> Errors:
    if "*" in host:
        good = host.startswith("*.") and not names.dns_subdomain(host[2:])
        return [] if good else [field.invalid(path, host, WILDCARD)]
    return [field.invalid(path, host, text) for text in names.dns_subdomain(host)]


def _rule(rule: Object, path: str) -> Errors:
    errors: Errors = []
    host = rule.get("host", "")
    if host:
        if addresses.is_ip(host):
            errors.append(field.invalid(f"{path}.host", host, NOT_IP))
        errors += _host(host, f"{path}.host")
    http = rule.get("http")
    if http is None:
        return errors
    if not http.get("paths"):
        errors.append(field.required(f"{path}.http.paths"))
    for place, given in enumerate(http.get("paths") or ()):
        errors += _path(given, f"{path}.http.paths[{place}]")
    return errors


def _path(given: Object, at: str) -> Errors:
    kind, text = given.get("pathType"), given.get("path", "")
    if kind is None:
        return [field.required(f"{at}.pathType", "pathType must be specified")]
    errors: Errors = []
    if kind in ("Exact", "Prefix"):
        if not text.startswith("/"):
            errors.append(field.invalid(f"{at}.path", text, "must be an absolute path"))
        if text:
            errors += [field.invalid(f"{at}.path", text, f"must not contain '{bad}'") for bad in BAD_IN_PATH if bad in text]
            errors += [field.invalid(f"{at}.path", text, f"cannot end with '{bad}'") for bad in BAD_ENDS if text.endswith(bad)]
    elif kind == "ImplementationSpecific":
        if text and not text.startswith("/"):
            errors.append(field.invalid(f"{at}.path", text, "must be an absolute path"))
    else:
        errors.append(field.not_supported(f"{at}.pathType", kind, PATH_TYPES))
    return errors + _backend(given.get("backend") or {}, f"{at}.backend")


def _backend(given: Object, path: str) -> Errors:
    service, resource = given.get("service"), given.get("resource")
    if service is not None and resource is not None:
        return [field.invalid(path, "", "cannot set both resource and service backends")]
    if resource is not None:
        return _local_reference(resource, f"{path}.resource")
    if service is None:
        return [field.invalid(path, "", "resource or service backend is required")]
    errors: Errors = []
    if not service.get("name"):
        errors.append(field.required(f"{path}.service.name"))
    else:
        errors += [field.invalid(f"{path}.service.name", service["name"], text) for text in names.dns_1035_label(service["name"])]
    port = service.get("port") or {}
    if port.get("name") and port.get("number"):
        errors.append(field.invalid(path, "", "cannot set both port name & port number"))
    elif port.get("name"):
        errors += [field.invalid(f"{path}.service.port.name", port["name"], text) for text in names.port_name(port["name"])]
    elif port.get("number"):
        errors += [field.invalid(f"{path}.service.port.number", port["number"], text) for text in names.port_number(port["number"])]
    else:
        errors.append(field.required(path, "port name or number is required"))
    return errors


def _local_reference(given: Object, path: str) -> Errors:
    """validateIngressTypedLocalObjectReference."""
    errors: Errors = []
    if given.get("apiGroup") is not None:
        errors += [field.invalid(f"{path}.apiGroup", given["apiGroup"], text) for text in names.dns_subdomain(given["apiGroup"])]
    for name in ("kind", "name"):
        if not given.get(name):
            errors.append(field.required(f"{path}.{name}", f"{name} is required"))
        else:
            errors += [field.invalid(f"{path}.{name}", given[name], text) for text in object_meta.path_segment(given[name])]
    return errors


def validate_class(obj: Object) -> Errors:
    """ValidateIngressClass."""
    spec = obj.get("spec") or {}
    controller, given, path = spec.get("controller", ""), spec.get("parameters"), "spec.parameters"
    errors: Errors = [field.too_long("spec.controller", 250)] if len(controller) > 250 else []
    errors += object_meta.domain_path(controller, "spec.controller")
    if given is None:
        return errors
    errors += _local_reference(given, path)
    scope, namespace = given.get("scope"), given.get("namespace")
    if scope is None:
        errors.append(field.required(f"{path}.scope"))
    elif scope not in SCOPES:
        errors.append(field.not_supported(f"{path}.scope", scope, SCOPES))
    elif scope == "Cluster" and namespace is not None:
        errors.append(field.forbidden(f"{path}.namespace", "`parameters.scope` is set to 'Cluster'"))
    elif scope == "Namespace" and namespace is None:
        errors.append(field.required(f"{path}.namespace", "`parameters.scope` is set to 'Namespace'"))
    elif namespace is not None:
        errors += [field.invalid(f"{path}.namespace", namespace, text) for text in names.dns_label(namespace)]
    return errors


def validate_class_update(new: Object, old: Object) -> Errors:
    """ValidateIngressClassUpdate: whose it is, it stays."""
    want, have = (new.get("spec") or {}).get("controller", ""), (old.get("spec") or {}).get("controller", "")
    return ([] if want == have else [field.invalid("spec.controller", want, field.IMMUTABLE)]) + validate_class(new)
