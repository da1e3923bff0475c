"""The machines' own network: 192.168.0.0/16, one address each, by the order in which the machines came."""

from __future__ import annotations

from typing import Any


def address(machine: dict[str, Any]) -> str:
    """The machine's own address."""
    return f"192.168.{machine['index'] // 245}.{10 + machine['index'] % 245}"
