"""Who asks: user name and groups.

A message of the simulated network carries its sender's user name, as a client certificate would: it is believed.
Only time can invalidate it: an expired credential is answered 401. `admin` is in system:masters; a service account is in the groups of its namespace; Impersonate-User and -Group headers
of a member of system:masters are obeyed. Everybody is in system:authenticated but system:anonymous.

Upstream: k8s.io/apiserver/pkg/authentication, pkg/endpoints/filters/impersonation.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver.request_info import RequestInfo

MASTERS = "system:masters"
ADMIN = "admin"


def groups_of(user: str) -> tuple[str, ...]:
    """The groups a user name stands in by itself."""
    if user == ADMIN:
        return (MASTERS, "system:authenticated")
    if user == "system:anonymous":
        return ("system:unauthenticated",)
    if user.startswith("system:serviceaccount:"):
        namespace = user.split(":")[2]
        return ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated")
    if user.startswith("system:node:"):
        return ("system:nodes", "system:authenticated")
    return ("system:authenticated",)


def authenticate(info: RequestInfo, call: dict[str, Any], expired: dict[str, Any]) -> None:
    """Note user and groups on the request; `expired`: the senders whose certificate or token is no longer valid."""
    if expired and call["source"] in expired:
        raise ApiError(status.unauthorized())
    info.user = call["user"]
    info.groups = groups_of(info.user)
    headers = call.get("headers")
    if headers and MASTERS in info.groups:
        lower = {name.lower(): value for name, value in headers.items()}
        if "impersonate-user" in lower:
            info.user = lower["impersonate-user"]
            extra = [group.strip() for group in lower.get("impersonate-group", "").split(",") if group.strip()]
            info.groups = tuple(dict.fromkeys([*extra, *groups_of(info.user)]))
