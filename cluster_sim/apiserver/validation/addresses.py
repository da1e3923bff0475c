"""IP addresses and networks.

Upstream: k8s.io/apimachinery/pkg/util/validation/ip.go.
"""

from __future__ import annotations

import ipaddress

from cluster_sim.api import field
from cluster_sim.api.field import FieldError

IP = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
V4, V6 = "must be an IPv4 address", "must be an IPv6 address"


def is_ip(text: str) -> bool:
    """Whether it is an address of either family."""
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
