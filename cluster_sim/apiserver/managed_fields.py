"""metadata.managedFields: who manages which field. (Kept for objects of server-side apply; see `apply/`.)"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def track(server: APIServer, info: RequestInfo, old: Object | None, new: Object) -> Object:
    """The object with its managers noted."""
    return new
