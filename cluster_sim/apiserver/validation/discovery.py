"""EndpointSlices.

Upstream: kubernetes/pkg/apis/discovery/validation/validation.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import addresses

Object = dict[str, Any]
Errors = list[FieldError]

TYPES = ("FQDN", "IPv4", "IPv6")
MOST_ENDPOINTS, MOST_ADDRESSES, MOST_PORTS = 1000, 100, 20000


def endpoint_slice(obj: Object) -> Errors:
    """ValidateEndpointSlice."""
    kind, errors = obj.get("addressType", ""), []
    if not kind:
        errors.append(field.required("addressType"))
    elif kind not in TYPES:
        errors.append(field.not_supported("addressType", kind, TYPES))
    endpoints = obj.get("endpoints") or []
    if len(endpoints) > MOST_ENDPOINTS:
        errors.append(field.too_many("endpoints", len(endpoints), MOST_ENDPOINTS))
    for place, endpoint in enumerate(endpoints):
        errors += _endpoint(endpoint, f"endpoints[{place}]", kind)
    return errors + _ports(obj.get("ports") or [])


def _endpoint(endpoint: Object, path: str, kind: str) -> Errors:
    errors: Errors = []
    given = endpoint.get("addresses") or []
    if not given:
        errors.append(field.required(f"{path}.addresses", "must contain at least 1 address"))
    elif len(given) > MOST_ADDRESSES:
        errors.append(field.too_many(f"{path}.addresses", len(given), MOST_ADDRESSES))
    for place, text in enumerate(given):
        at = f"{path}.addresses[{place}]"
        if kind in ("IPv4", "IPv6"):
            wrong = addresses.ip(text, at)
            errors += wrong
            if not wrong and kind == "IPv4" and not addresses.is_v4(text):
                errors.append(field.invalid(f"{path}.addresses", text, addresses.V4))
            elif not wrong and kind == "IPv6" and addresses.is_v4(text):
                errors.append(field.invalid(f"{path}.addresses", text, addresses.V6))
            elif not wrong:
                errors += addresses.endpoint_ip(text, at)
        elif kind == "FQDN":
            errors += [field.invalid(at, text, complaint) for complaint in names.dns_subdomain(text)]
    node = endpoint.get("nodeName")
    if node is not None:
        errors += [field.invalid(f"{path}.nodeName", node, text) for text in names.dns_subdomain(node)]
    if endpoint.get("hostname") is not None:
        errors += [field.invalid(f"{path}.hostname", endpoint["hostname"], text) for text in names.dns_label(endpoint["hostname"])]
    return errors


def _ports(given: list[Object]) -> Errors:
    errors: Errors = []
    seen: dict[str, bool] = {}
    for place, port in enumerate(given):
        at, name = f"ports[{place}]", port.get("name") or ""
        if name:
            errors += [field.invalid(f"{at}.name", name, text) for text in names.dns_label(name)]
        if name in seen:
            errors.append(field.duplicate(f"{at}.name", name))
        seen[name] = True
        if port.get("protocol") not in ("TCP", "UDP", "SCTP"):
            errors.append(field.not_supported(f"{at}.protocol", port.get("protocol", ""), ("SCTP", "TCP", "UDP")))
    return errors


def endpoint_slice_update(new: Object, old: Object) -> Errors:
    """ValidateEndpointSliceUpdate."""
    errors = endpoint_slice(new)
    if new.get("addressType") != old.get("addressType"):
        errors.append(field.invalid("addressType", new.get("addressType"), field.IMMUTABLE))
    return errors
