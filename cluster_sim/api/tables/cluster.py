"""Cells of the cluster itself: nodes, namespaces, events, configuration, access, classes.

Upstream: printNode and its neighbours in kubernetes/pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import meta
from cluster_sim.api.conditions import find_condition
from cluster_sim.api.quantity import canonical

from .ages import UNKNOWN, since
from .words import NONE

Object = dict[str, Any]

ROLE_PREFIX = "node-role.kubernetes.io/"


def _age(obj: Object, now: int) -> str:
    return since(meta.metadata(obj).get("creationTimestamp"), now)


def default(obj: Object, now: int) -> list[Any]:
    """Kinds without a printer of their own: Name and Created At."""
    return [meta.name(obj), meta.metadata(obj).get("creationTimestamp") or UNKNOWN]


def aged(obj: Object, now: int) -> list[Any]:
    """Name and Age."""
    return [meta.name(obj), _age(obj, now)]


def node_status(node: Object) -> str:
    """ "Ready", "NotReady", "Unknown"; ",SchedulingDisabled" behind it when cordoned."""
    ready = find_condition((node.get("status") or {}).get("conditions"), "Ready")
    word = "Unknown" if ready is None else "Ready" if ready.get("status") == "True" else "NotReady"
    return f"{word},SchedulingDisabled" if (node.get("spec") or {}).get("unschedulable") else word


def node_roles(node: Object) -> str:
    found = []
    for label, value in meta.labels(node).items():
        if label.startswith(ROLE_PREFIX) and len(label) > len(ROLE_PREFIX):
            found.append(label[len(ROLE_PREFIX) :])
        elif label == "kubernetes.io/role" and value:
            found.append(value)
    return ",".join(sorted(dict.fromkeys(found))) or NONE


def _address(node: Object, kind: str) -> str:
    for entry in (node.get("status") or {}).get("addresses") or ():
        if entry.get("type") == kind:
            return str(entry.get("address", ""))
    return NONE


def node(obj: Object, now: int) -> list[Any]:
    info = (obj.get("status") or {}).get("nodeInfo") or {}
    kernel = info.get("kernelVersion") or UNKNOWN
    if info.get("architecture"):
        kernel += f" ({info['architecture']})"
    head = [meta.name(obj), node_status(obj), node_roles(obj), _age(obj, now), info.get("kubeletVersion", "")]
    addresses = [_address(obj, "InternalIP"), _address(obj, "ExternalIP")]
    return [*head, *addresses, info.get("osImage") or UNKNOWN, kernel, info.get("containerRuntimeVersion") or UNKNOWN]


def namespace(obj: Object, now: int) -> list[Any]:
    return [meta.name(obj), (obj.get("status") or {}).get("phase", ""), _age(obj, now)]


def _event_source(event: Object) -> str:
    source = event.get("source") or event.get("deprecatedSource") or {}
    reporter = event.get("reportingComponent") or event.get("reportingController") or ""
    words = [source.get("component") or reporter, source.get("host") or event.get("reportingInstance", "")]
    return ", ".join(word for word in words if word)


def event(obj: Object, now: int) -> list[Any]:
    """Both core/v1 and events.k8s.io/v1, which is the same object under other names."""
    subject = obj.get("involvedObject") or obj.get("regarding") or {}
    first = obj.get("firstTimestamp") or obj.get("deprecatedFirstTimestamp") or obj.get("eventTime")
    last = obj.get("lastTimestamp") or obj.get("deprecatedLastTimestamp") or first
    count = obj.get("count") or obj.get("deprecatedCount") or 1
    series = obj.get("series")
    if series:
        last, count = series.get("lastObservedTime"), series.get("count", 0)
    target = subject.get("kind", "").lower()
    if subject.get("name"):
        target += f"/{subject['name']}"
    message = (obj.get("message") or obj.get("note") or "").strip()
    head = [since(last, now), obj.get("type", ""), obj.get("reason", ""), target, subject.get("fieldPath", "")]
    return [*head, _event_source(obj), message, since(first, now), count, meta.name(obj)]


def secret(obj: Object, now: int) -> list[Any]:
    return [meta.name(obj), obj.get("type", ""), len(obj.get("data") or ()), _age(obj, now)]


def config_map(obj: Object, now: int) -> list[Any]:
    return [meta.name(obj), len(obj.get("data") or ()) + len(obj.get("binaryData") or ()), _age(obj, now)]


def quota(obj: Object, now: int) -> list[Any]:
    status = obj.get("status") or {}
    hard, used = status.get("hard") or {}, status.get("used") or {}
    words = {name: f"{name}: {canonical(used.get(name, '0'))}/{canonical(hard[name])}" for name in sorted(hard)}
    requests = ", ".join(word for name, word in words.items() if not name.startswith("limits."))
    limits = ", ".join(word for name, word in words.items() if name.startswith("limits."))
    return [meta.name(obj), requests, limits, _age(obj, now)]


def binding(obj: Object, now: int) -> list[Any]:
    role = obj.get("roleRef") or {}
    found: dict[str, list[str]] = {"User": [], "Group": [], "ServiceAccount": []}
    for subject in obj.get("subjects") or ():
        name = subject.get("name", "")
        if subject.get("kind") == "ServiceAccount" and subject.get("namespace"):
            name = f"{subject['namespace']}/{name}"
        found.setdefault(subject.get("kind", ""), []).append(name)
    subjects = [", ".join(found[kind]) for kind in ("User", "Group", "ServiceAccount")]
    return [meta.name(obj), f"{role.get('kind', '')}/{role.get('name', '')}", _age(obj, now), *subjects]


def lease(obj: Object, now: int) -> list[Any]:
    return [meta.name(obj), (obj.get("spec") or {}).get("holderIdentity") or "", _age(obj, now)]


def priority_class(obj: Object, now: int) -> list[Any]:
    policy = obj.get("preemptionPolicy") or ""
    return [meta.name(obj), obj.get("value", 0), bool(obj.get("globalDefault")), _age(obj, now), policy]


def runtime_class(obj: Object, now: int) -> list[Any]:
    return [meta.name(obj), obj.get("handler", ""), _age(obj, now)]


def component_status(obj: Object, now: int) -> list[Any]:
    healthy = find_condition(obj.get("conditions"), "Healthy") or {}
    word = "Healthy" if healthy.get("status") == "True" else "Unhealthy" if healthy else "Unknown"
    return [meta.name(obj), word, healthy.get("message", ""), healthy.get("error", "")]


def webhooks(obj: Object, now: int) -> list[Any]:
    return [meta.name(obj), len(obj.get("webhooks") or ()), _age(obj, now)]


def admission_policy(obj: Object, now: int) -> list[Any]:
    spec = obj.get("spec") or {}
    kind = spec.get("paramKind") or {}
    parameters = f"{kind.get('apiVersion', '')}/{kind.get('kind', '')}" if kind else "<unset>"
    return [meta.name(obj), len(spec.get("validations") or spec.get("mutations") or ()), parameters, _age(obj, now)]


def admission_binding(obj: Object, now: int) -> list[Any]:
    spec = obj.get("spec") or {}
    given = spec.get("paramRef") or {}
    told = "<unset>" if not given else given.get("name") or "*"
    if given.get("namespace"):
        told = f"{given['namespace']}/{told}"
    return [meta.name(obj), spec.get("policyName", ""), told, _age(obj, now)]


def api_service(obj: Object, now: int) -> list[Any]:
    service = (obj.get("spec") or {}).get("service")
    place = f"{service.get('namespace')}/{service.get('name')}" if service else "Local"
    available = find_condition((obj.get("status") or {}).get("conditions"), "Available") or {}
    word = available.get("status", "Unknown")
    if word != "True" and available.get("reason"):
        word = f"{word} ({available['reason']})"
    return [meta.name(obj), place, word, _age(obj, now)]


def resource_claim(obj: Object, now: int) -> list[Any]:
    status = obj.get("status") or {}
    words = ["deleted"] if meta.is_deleting(obj) else []
    words.append("allocated" if status.get("allocation") else "pending")
    if status.get("reservedFor"):
        words.append("reserved")
    return [meta.name(obj), ",".join(words), _age(obj, now)]


def resource_slice(obj: Object, now: int) -> list[Any]:
    spec = obj.get("spec") or {}
    where = spec.get("nodeName") or ("<all>" if spec.get("allNodes") else "")
    return [meta.name(obj), where, spec.get("driver", ""), (spec.get("pool") or {}).get("name", ""), _age(obj, now)]


def flow_schema(obj: Object, now: int) -> list[Any]:
    spec = obj.get("spec") or {}
    level = (spec.get("priorityLevelConfiguration") or {}).get("name", "")
    method = (spec.get("distinguisherMethod") or {}).get("type") or NONE
    dangling = find_condition((obj.get("status") or {}).get("conditions"), "Dangling") or {}
    missing = dangling.get("status", "?")
    return [meta.name(obj), level, spec.get("matchingPrecedence", 0), method, _age(obj, now), missing]


def priority_level(obj: Object, now: int) -> list[Any]:
    spec = obj.get("spec") or {}
    limited = spec.get("limited") or spec.get("exempt") or {}
    queuing = (limited.get("limitResponse") or {}).get("queuing") or {}
    told = [queuing.get(field, NONE) for field in ("queues", "handSize", "queueLengthLimit")]
    shares = limited.get("nominalConcurrencyShares", NONE)
    return [meta.name(obj), spec.get("type", ""), shares, *told, _age(obj, now)]
