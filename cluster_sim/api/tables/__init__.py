"""Tables: what `kubectl get` prints, computed by the server."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]


def table(
    resource: Any, objects: list[Object], now: int, include: str = "Metadata", metadata: Object | None = None,
    columns: list[Object] | None = None,
) -> Object:
    """A meta.k8s.io/v1 Table. now: microseconds since 1970; include: None, Metadata or Object; metadata of the list;
    columns: a custom resource's additionalPrinterColumns."""
    raise NotImplementedError


def pod_status(pod: Object) -> str:
    """The word under STATUS."""
    raise NotImplementedError


def pod_ready(pod: Object) -> str:
    """ "1/2" under READY."""
    raise NotImplementedError


def human_duration(seconds: int) -> str:
    """AGE: "5m3s", "2d4h", "400d"."""
    raise NotImplementedError
