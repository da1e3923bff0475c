"""A cluster made of cardboard: it only has facts, told by the test."""

from __future__ import annotations

from typing import Any


class CardboardCluster:
    def __init__(self) -> None:
        self.now = 0.0
        self.rows: list[dict[str, Any]] = []

    def facts(self, cursor: int | None) -> tuple[int, list[dict[str, Any]]]:
        return len(self.rows), self.rows[cursor or 0:]

    def tell(self, time: float, name: str, value: Any) -> CardboardCluster:
        self.now = time
        self.rows.append({"time": time, "name": name, "value": value})
        return self

    def ready(self, time: float, value: int) -> CardboardCluster:
        return self.tell(time, "ready:default/web", value)

    def delete_pod(self, time: float, name: str = "web-x2k7q") -> CardboardCluster:
        return self.tell(time, "act", {"verb": "delete", "resource": "pods", "namespace": "default", "name": name,
                                       "subresource": None, "by": "admin"})
