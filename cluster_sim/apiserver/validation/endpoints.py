"""Endpoints, the older form of EndpointSlices.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (validateEndpointSubsets).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import addresses
from cluster_sim.apiserver.validation.numbers import label_name, one_of

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
                at, ip = f"{path}.{kind}[{number}]", address.get("ip", "")
                errors += addresses.ip(ip, f"{at}.ip") or _address(address, at)
        ports = subset.get("ports") or []
        for number, port in enumerate(ports):
            at = f"{path}.ports[{number}]"
            if len(ports) > 1 and not port.get("name"):
                errors.append(field.required(f"{at}.name"))
            elif port.get("name"):
                errors += [field.invalid(f"{at}.name", port["name"], text) for text in names.dns_label(port["name"])]
            errors += [field.invalid(f"{at}.port", port.get("port", 0), text) for text in names.port_number(port.get("port", 0))]
            errors += one_of(port.get("protocol", ""), f"{at}.protocol", ("SCTP", "TCP", "UDP"))
            if port.get("appProtocol") is not None:
                errors += label_name(port["appProtocol"], f"{at}.appProtocol")
    return errors


def _address(address: Object, path: str) -> list[FieldError]:
    """validateEndpointAddress, of a well-formed address."""
    errors: list[FieldError] = []
    if address.get("hostname"):
        errors += [field.invalid(f"{path}.hostname", address["hostname"], text) for text in names.dns_label(address["hostname"])]
    if address.get("nodeName") is not None:
        errors += [field.invalid(f"{path}.nodeName", address["nodeName"], text) for text in names.dns_subdomain(address["nodeName"])]
    return errors + addresses.endpoint_ip(address["ip"], f"{path}.ip")


def validate_update(new: Object, old: Object) -> list[FieldError]:
    """ValidateEndpointsUpdate: subsets that have not changed are not looked at again."""
    return [] if new.get("subsets") == old.get("subsets") else validate(new)
