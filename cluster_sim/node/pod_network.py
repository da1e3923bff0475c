"""The pod network of one node: an address for each sandbox out of the node's range, and never the last one again soon.

Stands for a CNI plugin with host-local addresses (containernetworking plugins/ipam/host-local), which goes round in
the same way: `.0` is the network, `.1` the bridge.
"""

from __future__ import annotations

from typing import Any

FIRST, LAST = 2, 254


def take(state: dict[str, Any], network: str, uid: str) -> str:
    """The next free address of `a.b.c.0/24`; "" when there is none. `state`: "addresses", "last_address"."""
    base, size = network.rpartition(".")[0], LAST - FIRST + 1
    taken = state["addresses"]
    for _ in range(size):
        state["last_address"] = last = (state["last_address"] + 1) % size
        ip = f"{base}.{FIRST + last}"
        if ip not in taken:
            taken[ip] = uid
            return ip
    return ""


def release(state: dict[str, Any], ip: str, uid: str) -> None:
    """The sandbox is gone: its address is free."""
    if state["addresses"].get(ip) == uid:
        del state["addresses"][ip]
