"""IP addresses and networks.

Upstream: k8s.io/apimachinery/pkg/util/validation/ip.go.
"""

from __future__ import annotations

import ipaddress
import re

from cluster_sim.api import field
from cluster_sim.api.field import FieldError

IP = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
V4, V6 = "must be an IPv4 address", "must be an IPv6 address"


_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_PLAIN = re.compile(rf"{_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET}")


def is_ip(text: str) -> bool:
    """Whether it is an address of either family."""
    if _PLAIN.fullmatch(text):
        return True
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def is_v4(text: str) -> bool:
    """Whether it is an IPv4 address."""
    return is_ip(text) and ":" not in text


def ip(text: str, path: str) -> list[FieldError]:
    """IsValidIP."""
    return [] if is_ip(text) else [field.invalid(path, text, IP)]


def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The network of a CIDR, host bits or not."""
    try:
        return ipaddress.ip_network(text, strict=False) if "/" in text else None
    except ValueError:
        return None


def cidr(text: str, path: str) -> list[FieldError]:
    """IsValidCIDR."""
    return [] if network(text) is not None else [field.invalid(path, text, CIDR)]


def endpoint_ip(text: str, path: str) -> list[FieldError]:
    """ValidateEndpointIP: of a well-formed address, whether anything can be reached there."""
    given = ipaddress.ip_address(text)
    errors = []
    if given.is_unspecified:
        errors.append(field.invalid(path, text, f"may not be unspecified ({text})"))
    if given.is_loopback:
        errors.append(field.invalid(path, text, "may not be in the loopback range (127.0.0.0/8, ::1/128)"))
    if given.is_link_local:
        errors.append(field.invalid(path, text, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"))
    if text.startswith("224.0.0.") or text.lower().startswith("ff02:"):
        errors.append(field.invalid(path, text, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"))
    return errors
