"""Endpoints, the older form of EndpointSlices.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (validateEndpointSubsets).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import addresses

Object = dict[str, Any]


def validate(obj: Object) -> list[FieldError]:
    """ValidateEndpoints."""
    errors: list[FieldError] = []
    for place, subset in enumerate(obj.get("subsets") or ()):
        path = f"subsets[{place}]"
        if not subset.get("addresses") and not subset.get("notReadyAddresses"):
            errors.append(field.required(path, "must specify `addresses` or `notReadyAddresses`"))
        for kind in ("addresses", "notReadyAddresses"):
            for number, address in enumerate(subset.get(kind) or ()):
                errors += addresses.ip(address.get("ip", ""), f"{path}.{kind}[{number}].ip")
        ports = subset.get("ports") or []
        for number, port in enumerate(ports):
            at = f"{path}.ports[{number}]"
            if len(ports) > 1 and not port.get("name"):
                errors.append(field.required(f"{at}.name"))
            elif port.get("name"):
                errors += [field.invalid(f"{at}.name", port["name"], text) for text in names.dns_label(port["name"])]
            errors += [field.invalid(f"{at}.port", port.get("port", 0), text) for text in names.port_number(port.get("port", 0))]
            if port.get("protocol") not in ("TCP", "UDP", "SCTP"):
                errors.append(field.not_supported(f"{at}.protocol", port.get("protocol", ""), ("SCTP", "TCP", "UDP")))
    return errors
