"""Admission webhooks: the server asks somebody else, over HTTPS, whether a request may pass.

Nothing that runs in this cluster answers such calls, so every webhook that is about a request fails to be reached: with
failurePolicy Fail the request fails too, in the words of the real server, with Ignore it goes on without being asked.

Upstream: k8s.io/apiserver/pkg/admission/plugin/webhook/{generic,mutating,validating}/dispatcher.go,
k8s.io/kube-aggregator/pkg/apiserver/resolvers.go.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from cluster_sim.api import status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import options
from cluster_sim.apiserver.admission.policies.evaluation import Evaluation, PolicyError
from cluster_sim.apiserver.admission.policies.matching import matches
from cluster_sim.apiserver.admission.policies.request import Request
from cluster_sim.apiserver.admission.refusal import refusal

Object = dict[str, Any]

MUTATING, VALIDATING = "mutatingwebhookconfigurations", "validatingwebhookconfigurations"
HARMLESS = ("None", "NoneOnDryRun")


def call(request: Request, configurations: str) -> None:
    """Call every webhook that is about the request; raises ApiError."""
    for configuration in request.server.cache.list(configurations):
        for webhook in configuration.get("webhooks") or ():
            if matches(request, webhook, "rules") and _wanted(request, webhook):
                _call(request, webhook)


def _wanted(request: Request, webhook: Object) -> bool:
    """Whether its own conditions want it called."""
    conditions = webhook.get("matchConditions") or []
    if not conditions:
        return True
    fails = webhook.get("failurePolicy", "Fail") == "Fail"
    try:
        return Evaluation(request, None, []).conditions_hold(conditions, fails)
    except PolicyError as error:
        raise refusal(request.info, request.new or request.old or {}, str(error)) from None


def _call(request: Request, webhook: Object) -> None:
    name = webhook.get("name", "")
    if options.dry_run(request.info) and webhook.get("sideEffects") not in HARMLESS:
        raise ApiError(status.bad_request(f"admission webhook {_quote(name)} does not support dry run"))
    if webhook.get("failurePolicy", "Fail") == "Ignore":
        return
    client = webhook.get("clientConfig") or {}
    service = client.get("service")
    seconds = webhook.get("timeoutSeconds", 10)
    if service:
        port, path = service.get("port", 443), service.get("path") or "/"
        url = f"https://{service['name']}.{service['namespace']}.svc:{port}{path}?timeout={seconds}s"
        why = _unreachable(request, service, port)
    else:
        host = urlsplit(client.get("url", "")).hostname or ""
        url, why = f"{client.get('url', '')}?timeout={seconds}s", f"dial tcp: lookup {host}: no such host"
    raise ApiError(status.internal(
        f'failed calling webhook {_quote(name)}: failed to call webhook: Post "{url}": {why}'))


def _quote(text: str) -> str:
    """A name as Go's %q writes it."""
    return f'"{text}"'


def _unreachable(request: Request, service: Object, port: int) -> str:
    found = request.server.cache.get("services/specs", f"{service['namespace']}/{service['name']}")
    if found is None:
        return f'service "{service["name"]}" not found'
    if not any(one.get("port") == port for one in found["spec"].get("ports") or ()):
        return f'no service port {port} found for service "{service["name"]}"'
    return f"dial tcp {found['spec'].get('clusterIP', '')}:{port}: connect: connection refused"
