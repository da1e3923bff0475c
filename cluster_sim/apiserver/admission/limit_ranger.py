"""LimitRanger: a namespace's LimitRanges fill in requests and limits, and refuse what is outside of their bounds.

Upstream: kubernetes/plugin/pkg/admission/limitranger/admission.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import quantity, quota_usage
from cluster_sim.apiserver.admission.refusal import refusal
from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]
Amounts = dict[str, str]

ANNOTATION = "kubernetes.io/limit-ranger"


def admit(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> Object:
    """Give containers the defaults of each LimitRange, and note that on the pod."""
    if old is not None:
        return new
    for limit_range in server.cache.list("limitranges", info.namespace):
        new = _filled(new, limit_range)
    return new


def _filled(pod: Object, limit_range: Object) -> Object:
    requests: Amounts = {}
    limits: Amounts = {}
    for item in limit_range["spec"].get("limits") or ():
        if item.get("type") == "Container":
            requests.update(item.get("defaultRequest") or {})
            limits.update(item.get("default") or {})
    notes: list[str] = []
    spec = {**pod["spec"]}
    for kind, word in (("containers", "container"), ("initContainers", "init container")):
        if spec.get(kind):
            spec[kind] = [_with_defaults(container, requests, limits, word, notes) for container in spec[kind]]
    if not notes:
        return pod
    meta = pod["metadata"]
    annotations = {**(meta.get("annotations") or {}), ANNOTATION: f"LimitRanger plugin set: {'; '.join(notes)}"}
    return {**pod, "metadata": {**meta, "annotations": annotations}, "spec": spec}


def _with_defaults(container: Object, requests: Amounts, limits: Amounts, word: str, notes: list[str]) -> Object:
    resources = container.get("resources") or {}
    have = {"requests": resources.get("requests") or {}, "limits": resources.get("limits") or {}}
    missing = {"requests": {name: requests[name] for name in requests if name not in have["requests"]},
               "limits": {name: limits[name] for name in limits if name not in have["limits"]}}
    for kind, singular in (("requests", "request"), ("limits", "limit")):
        if missing[kind]:
            notes.append(f"{', '.join(sorted(missing[kind]))} {singular} for {word} {container.get('name', '')}")
    if not missing["requests"] and not missing["limits"]:
        return container
    filled = {kind: {**have[kind], **missing[kind]} for kind in ("limits", "requests")}
    return {**container, "resources": {**resources, **{kind: amounts for kind, amounts in filled.items() if amounts}}}


def validate(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> None:
    """Hold containers, pods and claims against each bound; raises ApiError 403."""
    if old is not None and info.plural == "pods":
        return
    errors: list[str] = []
    for limit_range in server.cache.list("limitranges", info.namespace):
        for item in limit_range["spec"].get("limits") or ():
            errors += _claim(new, item) if info.plural == "persistentvolumeclaims" else _pod(new, item)
        if errors:
            raise refusal(info, new, errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]")


def _claim(claim: Object, item: Object) -> list[str]:
    if item.get("type") != "PersistentVolumeClaim":
        return []
    requests = (claim["spec"].get("resources") or {}).get("requests") or {}
    errors = [text for name, low in sorted((item.get("min") or {}).items()) if (text := _below(item, name, low, requests, {}))]
    for name, high in sorted((item.get("max") or {}).items()):
        if name in requests and quantity.compare(requests[name], high) > 0:
            errors.append(f"maximum {name} usage per {item['type']} is {high}, but request is {requests[name]}")
    return errors


def _pod(pod: Object, item: Object) -> list[str]:
    spec = pod["spec"]
    if item.get("type") == "Container":
        every = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
        return [text for container in every for text in _bounds(
            item, (container.get("resources") or {}).get("requests") or {}, (container.get("resources") or {}).get("limits") or {})]
    if item.get("type") == "Pod":
        return _bounds(item, _whole(spec, "requests"), _whole(spec, "limits"))
    return []


def _whole(spec: Object, kind: str) -> Amounts:
    """What the pod asks for in all; a name that some container leaves out does not count."""
    total = quota_usage.pod_amounts(spec, kind)
    containers = [(container.get("resources") or {}).get(kind) or {} for container in spec.get("containers") or ()]
    return {name: amount for name, amount in total.items() if all(name in given for given in containers)}


def _bounds(item: Object, requests: Amounts, limits: Amounts) -> list[str]:
    found = [_below(item, name, low, requests, limits) for name, low in sorted((item.get("min") or {}).items())]
    found += [_above(item, name, high, requests, limits) for name, high in sorted((item.get("max") or {}).items())]
    found += [_ratio(item, name, most, requests, limits) for name, most in sorted((item.get("maxLimitRequestRatio") or {}).items())]
    return [text for text in found if text]


def _below(item: Object, name: str, low: str, requests: Amounts, limits: Amounts) -> str:
    start = f"minimum {name} usage per {item['type']} is {low}"
    if name not in requests:
        return f"{start}.  No request is specified"
    if quantity.compare(requests[name], low) < 0:
        return f"{start}, but request is {requests[name]}"
    if name in limits and quantity.compare(limits[name], low) < 0:
        return f"{start}, but limit is {limits[name]}"
    return ""


def _above(item: Object, name: str, high: str, requests: Amounts, limits: Amounts) -> str:
    start = f"maximum {name} usage per {item['type']} is {high}"
    if name not in limits:
        return f"{start}.  No limit is specified"
    if quantity.compare(limits[name], high) > 0:
        return f"{start}, but limit is {limits[name]}"
    if name in requests and quantity.compare(requests[name], high) > 0:
        return f"{start}, but request is {requests[name]}"
    return ""


def _ratio(item: Object, name: str, most: str, requests: Amounts, limits: Amounts) -> str:
    start = f"{name} max limit to request ratio per {item['type']} is {most}, but"
    request, limit = (quantity.nano(given[name]) if name in given else 0 for given in (requests, limits))
    if not request:
        return f"{start} no request is specified or request is 0"
    if not limit:
        return f"{start} no limit is specified or limit is 0"
    if limit * quantity.NANO > quantity.nano(most) * request:
        millionths = (limit * 2_000_000 + request) // (2 * request)
        return f"{start} provided ratio is {millionths // 1_000_000}.{millionths % 1_000_000:06d}"
    return ""
