"""Network policies.

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


def network_policy_update(new: Object, old: Object) -> Errors:
    """ValidateNetworkPolicyUpdate."""
    return network_policy(new)


def _policy_ports(rule: Object, path: str) -> Errors:
    errors: Errors = []
    for place, port in enumerate(rule.get("ports") or ()):
        at = f"{path}.ports[{place}]"
        if port.get("protocol") not in (None, "TCP", "UDP", "SCTP"):
            errors.append(field.not_supported(f"{at}.protocol", port["protocol"], ("SCTP", "TCP", "UDP")))
        if port.get("port") is not None:
            named = isinstance(port["port"], str)
            errors += [] if named else port_or_name(port["port"], f"{at}.port")
            if port.get("endPort") is not None:
                errors += _end_port(port["port"], port["endPort"], f"{at}.endPort")
            errors += port_or_name(port["port"], f"{at}.port") if named else []
        elif port.get("endPort") is not None:
            errors.append(field.invalid(f"{at}.endPort", port["endPort"], "may not be specified when `port` is not specified"))
    return errors


def _end_port(port: int | str, end: int, path: str) -> Errors:
    if isinstance(port, str):
        return [field.invalid(path, end, "may not be specified when `port` is non-numeric")]
    errors = [field.invalid(path, port, "must be greater than or equal to `port`")] if end < port else []  # the other's value: upstream
    return errors + [field.invalid(path, end, text) for text in names.port_number(end)]


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
