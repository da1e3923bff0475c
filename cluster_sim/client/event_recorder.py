"""Events: what a component tells people about an object (`kubectl describe`, `kubectl get events`).

The same event again does not make a new object but counts up the old one; a source that tells too much about one
object is cut off (25 at once, then one in 5 minutes). Nobody waits for an Event, and losing one harms nothing.

Source: client-go tools/record (event.go, events_cache.go). The real recorder also merges more than ten alike
within ten minutes into one; ours doesn't.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cluster_sim.client.informer import Object
from cluster_sim.kernel import BACKGROUND, SECOND

if TYPE_CHECKING:
    from cluster_sim.client.process import Process

BURST = 25
REFILL = 300 * SECOND
REMEMBERED = 1_000  # events and sources a process remembers; upstream 4096


def record(process: Process, component: str, obj: Object, event_type: str, reason: str, message: str, cause: int,
           field_path: str | None = None) -> None:
    """Send an Event about `obj`, or count up the one that says the same."""
    memory: dict[str, Any] = process.state["events"]
    seen, budgets = memory.setdefault("seen", {}), memory.setdefault("budgets", {})
    meta, now = obj["metadata"], process.kernel.now
    namespace = meta.get("namespace") or "default"
    about = f"{component}|{obj['kind']}|{meta.get('namespace', '')}|{meta['name']}"
    if not _may_tell(budgets, about, now):
        return
    stamp = process.kernel.timestamp(process.clock)
    same = f"{about}|{meta.get('uid')}|{event_type}|{reason}|{message}|{field_path}"
    known = seen.get(same)
    if known is not None:
        known[1] += 1
        process.request("PATCH", f"/api/v1/namespaces/{namespace}/events/{known[0]}",
                        {"count": known[1], "lastTimestamp": stamp}, cause=cause,
                        content_type="application/strategic-merge-patch+json", level=BACKGROUND)
        return
    # The name is the object's and the time in hexadecimal nanoseconds, made unique by a counter below a microsecond.
    memory["count"] = count = memory.get("count", 0) + 1
    name = f"{meta['name']}.{(process.kernel.epoch + now) * 1000 + count % 1000:x}"
    seen[same] = [name, 1]
    if len(seen) > REMEMBERED:
        del seen[next(iter(seen))]
    source = _source(component, process.node if process.kind == "kubelet" else "")
    event = {"kind": "Event", "apiVersion": "v1", "metadata": {"name": name, "namespace": namespace},
             "involvedObject": _reference(obj, meta, field_path),
             "reason": reason, "message": message, "source": source, "firstTimestamp": stamp, "lastTimestamp": stamp,
             "count": 1, "type": event_type, "reportingComponent": component, "reportingInstance": source.get("host", "")}
    process.request("POST", _path(namespace), event, cause=cause, level=BACKGROUND)


@lru_cache(maxsize=8_192)
def _source(component: str, host: str) -> Object:
    """Who tells: one value for all its Events."""
    return {"component": component, "host": host} if host else {"component": component}


@lru_cache(maxsize=256)
def _path(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/events"


def _reference(obj: Object, meta: Object, field_path: str | None) -> Object:
    """What an Event is about."""
    involved = {"kind": obj["kind"]}
    if meta.get("namespace"):
        involved["namespace"] = meta["namespace"]
    involved["name"] = meta["name"]
    if meta.get("uid"):
        involved["uid"] = meta["uid"]
    involved["apiVersion"] = obj["apiVersion"]
    if meta.get("resourceVersion"):
        involved["resourceVersion"] = meta["resourceVersion"]
    if field_path:
        involved["fieldPath"] = field_path
    return involved


def _may_tell(budgets: dict[str, Any], about: str, now: int) -> bool:
    """Spend one of the object's event tokens, if there is one left: [tokens, time they were counted]."""
    have = budgets.pop(about, None)
    if have is None:  # nothing was told of it before: most Events
        budgets[about] = [BURST - 1, now]
        if len(budgets) > REMEMBERED:
            del budgets[next(iter(budgets))]
        return True
    tokens, since = have
    refilled = (now - since) // REFILL
    tokens, since = min(BURST, tokens + refilled), since + refilled * REFILL if tokens + refilled < BURST else now
    budgets[about] = [max(0, tokens - 1), since]
    return bool(tokens > 0)
