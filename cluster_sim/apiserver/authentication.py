"""Who asks: user name and groups.

A message of the simulated network carries its sender's user name, as a client certificate would: it is believed, until
the certificate has expired. A bearer token in the headers says better who it is: that of a service account, or of
whatever else an authenticator in `TOKENS` knows; one that nobody knows is answered 401. `admin` is in system:masters, a
kubelet in system:nodes, a service account in the groups of its namespace; everybody is in system:authenticated but
system:anonymous. Who may `impersonate` somebody (system:masters may everything) can ask in their name.

Absent: certificates themselves, OpenID Connect, webhooks, authenticating proxies.
Upstream: k8s.io/apiserver/pkg/authentication, pkg/endpoints/filters/{authentication,impersonation}.go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from cluster_sim.api import status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import bootstrap_tokens, service_account_tokens
from cluster_sim.apiserver.rbac.rules import Attributes
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.service_account_tokens import Identity

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]
Authenticator = Callable[["APIServer", str, tuple[str, ...]], Identity | None]

MASTERS, AUTHENTICATED, UNAUTHENTICATED = "system:masters", "system:authenticated", "system:unauthenticated"
ADMIN = "admin"
ANONYMOUS = "system:anonymous"
LOOPBACK = "system:apiserver"  # the server's own requests
ACCOUNT = "system:serviceaccount:"
GROUP = "authentication.k8s.io"

# Who knows bearer tokens, in the order they are asked.
TOKENS: list[Authenticator] = [service_account_tokens.identify, bootstrap_tokens.identify]


def groups_of(user: str) -> tuple[str, ...]:
    """The groups a user name stands in by itself."""
    if user in (ADMIN, LOOPBACK):
        return (MASTERS, AUTHENTICATED)
    if user == ANONYMOUS:
        return (UNAUTHENTICATED,)
    if user.startswith(ACCOUNT):
        namespace = user.split(":")[2]
        return ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", AUTHENTICATED)
    if user.startswith("system:node:"):
        return ("system:nodes", AUTHENTICATED)
    return (AUTHENTICATED,)


def authenticate(server: APIServer, info: RequestInfo, call: Object, expired: Object) -> None:
    """Note user and groups on the request; `expired`: the senders whose certificate is no longer valid."""
    if expired and call["source"] in expired:
        raise ApiError(status.unauthorized())
    info.user = call["user"]
    info.groups = groups_of(info.user)
    headers = call.get("headers")
    if headers:
        lower = {name.lower(): value for name, value in headers.items()}
        if "authorization" in lower:
            _by_token(server, info, str(lower["authorization"]))
        if any(name.startswith("impersonate-") for name in lower):
            _impersonate(server, info, lower)


def by_token(server: APIServer, token: str, audiences: tuple[str, ...] = ()) -> Identity | None:
    """Whose token it is; None if nobody knows it."""
    for authenticator in TOKENS:
        found = authenticator(server, token, audiences)
        if found is not None:
            return found
    return None


def _by_token(server: APIServer, info: RequestInfo, text: str) -> None:
    scheme, _, token = text.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return  # as if it were not there
    found = by_token(server, token.strip())
    if found is None:
        raise ApiError(status.unauthorized())
    info.user, info.uid, info.groups, info.extra = found.user, found.uid, found.groups, found.extra


def _several(value: Any) -> list[str]:
    """A header that may be given several times: a list, or one text with commas."""
    return [text for text in (value if isinstance(value, list) else [part.strip() for part in str(value).split(",")]) if text]


def _impersonate(server: APIServer, info: RequestInfo, headers: Object) -> None:
    """Ask in somebody else's name; raises ApiError 403 or 500."""
    user, groups = str(headers.get("impersonate-user") or ""), _several(headers.get("impersonate-group") or "")
    uid = str(headers.get("impersonate-uid") or "")
    extra = {unquote(name.removeprefix("impersonate-extra-")): _several(value) for name, value in headers.items()
             if name.startswith("impersonate-extra-")}
    if not user:
        if groups or uid or extra:
            raise ApiError(status.internal("requested impersonation without impersonating a user"))
        return
    wanted = Attributes(info.user, info.groups, "impersonate")
    if user.startswith(ACCOUNT) and user.count(":") == 3:
        _, _, namespace, name = user.split(":")
        _may(server, replace(wanted, namespace=namespace, resource="serviceaccounts", name=name))
    else:
        _may(server, replace(wanted, resource="users", name=user))
    for group in groups:
        _may(server, replace(wanted, resource="groups", name=group))
    for key, values in extra.items():
        for value in values:
            _may(server, replace(wanted, group=GROUP, resource="userextras", subresource=key, name=value))
    if uid:
        _may(server, replace(wanted, group=GROUP, resource="uids", name=uid))
    implied = groups_of(user) if user == ANONYMOUS or (user.startswith(ACCOUNT) and not groups) else (AUTHENTICATED,)
    info.user, info.uid, info.extra = user, uid, extra
    info.groups = tuple(dict.fromkeys([*groups, *implied]))


def _may(server: APIServer, wanted: Attributes) -> None:
    from cluster_sim.apiserver.rbac.authorizer import refusal

    allowed, reason = server.authorizer.decide(wanted)
    if not allowed:
        raise ApiError(refusal(wanted, reason))
