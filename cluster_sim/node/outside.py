"""What lies beyond the cluster, as far as pods can ask it: a few names of the internet, which always answer.

A machine's own name server knows them; CoreDNS passes on what it does not know itself. Everything else outside is no
such host.
"""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

WORLD = {
    "example.com": "203.0.113.10", "www.example.com": "203.0.113.10", "example.org": "203.0.113.11",
    "example.net": "203.0.113.12", "api.example.com": "203.0.113.20", "db.example.com": "203.0.113.30",
}


def look_up(name: str) -> Object:
    """What the machines' name server says."""
    address = WORLD.get(name.rstrip("."))
    if address is None:
        return {"code": "NXDOMAIN", "answers": [], "addresses": []}
    return {"code": "NOERROR", "answers": [[name, "A", address]], "addresses": [address]}


def has(ip: str) -> bool:
    """Whether the address is one of them."""
    return ip in WORLD.values()


def answer(ip: str) -> Object:
    """What it answers to a request."""
    name = next(name for name, address in WORLD.items() if address == ip)
    return {"status": 200, "text": f"Example Domain: {name}"}
