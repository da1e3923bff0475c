"""Ingresses, ingress classes, network policies.

Upstream: kubernetes/pkg/apis/networking/validation/validation.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import addresses, label_selector
from cluster_sim.apiserver.validation.numbers import port_or_name

Object = dict[str, Any]
Errors = list[FieldError]

PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")
WILDCARD = ("a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower "
            "case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for "
            r"validation is '\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")
BAD_IN_PATH = ("//", "/./", "/../", "%2f", "%2F")
BAD_ENDS = ("/..", "/.")


def ingress(obj: Object) -> Errors:
    """ValidateIngressSpec."""
    spec, errors = obj.get("spec") or {}, []
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
            errors.append(field.invalid(f"{path}.host", host, "must be a DNS name, not an IP address"))
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
        return [field.required(f"{path}.resource.{name}") for name in ("kind", "name") if not resource.get(name)]
    if service is None:
        return [field.required(path)]
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


def ingress_class(obj: Object) -> Errors:
    """ValidateIngressClassSpec."""
    spec, errors = obj.get("spec") or {}, []
    controller = spec.get("controller", "")
    if len(controller) > 250:
        errors.append(field.too_long("spec.controller", 250))
    domain, slash, rest = controller.partition("/")
    if not slash or not domain or not rest:
        errors.append(field.invalid("spec.controller", controller, 'must be a domain-prefixed path (such as "acme.io/foo")'))
    return errors


def network_policy(obj: Object) -> Errors:
    """ValidateNetworkPolicySpec."""
    spec = obj.get("spec") or {}
    errors = label_selector.check(spec.get("podSelector"), "spec.podSelector")
    for place, rule in enumerate(spec.get("ingress") or ()):
        errors += _policy_ports(rule, f"spec.ingress[{place}]") + _peers(rule.get("from"), f"spec.ingress[{place}].from")
    for place, rule in enumerate(spec.get("egress") or ()):
        errors += _policy_ports(rule, f"spec.egress[{place}]") + _peers(rule.get("to"), f"spec.egress[{place}].to")
    types = spec.get("policyTypes") or []
    if len(types) > 2:
        return [*errors, field.invalid("spec.policyTypes", types, "may not specify more than two policyTypes")]
    for place, kind in enumerate(types):
        if kind not in ("Ingress", "Egress"):
            errors.append(field.not_supported(f"spec.policyTypes[{place}]", kind, ("Ingress", "Egress")))
    return errors


def _policy_ports(rule: Object, path: str) -> Errors:
    errors: Errors = []
    for place, port in enumerate(rule.get("ports") or ()):
        at = f"{path}.ports[{place}]"
        if port.get("protocol") not in (None, "TCP", "UDP", "SCTP"):
            errors.append(field.not_supported(f"{at}.protocol", port["protocol"], ("SCTP", "TCP", "UDP")))
        if port.get("port") is not None:
            errors += port_or_name(port["port"], f"{at}.port")
            if port.get("endPort") is not None:
                if isinstance(port["port"], str):
                    errors.append(field.invalid(f"{at}.endPort", port["endPort"], "may not be specified when `port` is non-numeric"))
                elif port["endPort"] < port["port"]:
                    errors.append(field.invalid(f"{at}.endPort", port["endPort"], "must be greater than or equal to `port`"))
        elif port.get("endPort") is not None:
            errors.append(field.invalid(f"{at}.endPort", port["endPort"], "may not be specified when `port` is not specified"))
    return errors


def _peers(given: list[Object] | None, path: str) -> Errors:
    errors: Errors = []
    for place, peer in enumerate(given or ()):
        at = f"{path}[{place}]"
        chosen = [name for name in ("podSelector", "namespaceSelector", "ipBlock") if peer.get(name) is not None]
        for name in ("podSelector", "namespaceSelector"):
            errors += label_selector.check(peer.get(name), f"{at}.{name}")
        block = peer.get("ipBlock")
        if block is not None:
            errors += _ip_block(block, f"{at}.ipBlock")
        if not chosen:
            errors.append(field.required(at, "must specify a peer"))
        elif block is not None and len(chosen) > 1:
            errors.append(field.forbidden(at, "may not specify both ipBlock and another peer"))
    return errors


def _ip_block(block: Object, path: str) -> Errors:
    cidr = block.get("cidr", "")
    if not cidr:
        return [field.required(f"{path}.cidr")]
    errors = addresses.cidr(cidr, f"{path}.cidr")
    whole = addresses.network(cidr)
    for place, text in enumerate(block.get("except") or ()):
        at = f"{path}.except[{place}]"
        wrong = addresses.cidr(text, at)
        errors += wrong
        part = addresses.network(text)
        if not wrong and whole is not None and part is not None and (
                whole.version != part.version or not part.subnet_of(whole) or part == whole):  # type: ignore[arg-type]
            errors.append(field.invalid(at, text, "must be a strict subset of `cidr`"))
    return errors
