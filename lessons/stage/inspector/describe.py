"""From a query (`uid`, `part` or `ref`) to a panel."""

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from cluster_sim.api import meta, resources, yaml
from lessons.stage.inspector import objects, process
from lessons.stage.inspector.age import age
from lessons.stage.inspector.panel import Condition, Event, Panel
from lessons.stage.inspector.words import CONDITIONS, IN_REVERSE, NODE_READY
from lessons.stage.steps import around
from lessons.stage.steps.difference import readable

EVENTS_SHOWN = 8
BY_UID = ("pods", "replicasets", "deployments", "nodes", "daemonsets", "statefulsets", "jobs", "services")


def describe(cluster: Any, uid: str = "", part: str = "", ref: str = "", may_act: bool = True,
             names: Mapping[str, str] = MappingProxyType({})) -> Panel | None:
    """The panel for a thing; None when it is not there (any more). `names` are the short ones of pods."""
    if part:
        panel = process.describe(cluster, part, may_act)
        return replace(panel, around=around.of_part(cluster, part, names)) if panel is not None else None
    found = _find(cluster, uid, ref)
    if found is None:
        return None
    plural, obj = found
    query = json.dumps({name: value for name, value in (("uid", uid), ("ref", ref)) if value})
    say, links, more = objects.words(cluster, plural, obj)
    resource = resources.by_plural(plural)
    name = obj["metadata"]["name"]
    where = "" if obj["metadata"].get("namespace", "default") == "default" else f" -n {obj['metadata']['namespace']}"
    word = resource.singular if resource else plural
    return Panel(
        kind=resource.kind if resource else plural,
        name=name,
        query=query,
        say=say,
        links=links,
        acts=objects.acts(cluster, plural, obj) if may_act else (),
        conditions=_conditions(plural, obj, cluster),
        events=_events(cluster, obj),
        labels=tuple(sorted(meta.labels(obj).items())),
        yaml=yaml.dump(readable(obj)),
        typed=(f"kubectl describe {word} {name}{where}", f"kubectl get {word} {name}{where} -o yaml"),
        around=around.of_object(cluster, obj, names),
        **more,
    )


def _find(cluster: Any, uid: str, ref: str) -> tuple[str, Any] | None:
    if uid and ref:  # where to look, and which very one
        found = _find(cluster, "", ref)
        return found if found is not None and found[1]["metadata"].get("uid") == uid else None
    if ref:
        words = ref.split("/")
        if len(words) not in (2, 3) or resources.by_plural(words[0]) is None:
            return None
        namespace = words[1] if len(words) == 3 else "default"
        obj = cluster.get(words[0], words[-1], namespace)
        return None if obj is None else (words[0], obj)
    for plural in BY_UID:
        for obj in cluster.objects(plural):
            if obj["metadata"].get("uid") == uid:
                return plural, obj
    return None


def _conditions(plural: str, obj: Any, cluster: Any) -> tuple[Condition, ...]:
    found = []
    for item in obj.get("status", {}).get("conditions", ()):
        kind, holds = item["type"], item["status"] == "True"
        words = NODE_READY if plural == "nodes" and kind == "Ready" else CONDITIONS.get(kind, (kind, f"not {kind}"))
        good = holds != (kind in IN_REVERSE)
        since = f"{kind} · for {age(cluster, item.get('lastTransitionTime'))}"
        message = f" · {item['message']}" if item.get("message") and not good else ""
        found.append(
            Condition("1" if good else "" if item["status"] == "Unknown" else "0", words[0 if holds else 1], since + message)
        )
    return tuple(found)


def _events(cluster: Any, obj: Any) -> tuple[Event, ...]:
    uid = obj["metadata"].get("uid")
    mine = [event for event in cluster.objects("events") if event.get("involvedObject", {}).get("uid") == uid]
    mine.sort(key=lambda event: (event.get("lastTimestamp") or event.get("eventTime") or "", event["metadata"]["name"]))
    found = []
    for event in mine[-EVENTS_SHOWN:]:
        times = f" · {event['count']} times" if event.get("count", 1) > 1 else ""
        source = event.get("source", {}).get("component") or event.get("reportingComponent") or ""
        ago = age(cluster, event.get("lastTimestamp") or event.get("eventTime"))
        found.append(
            Event(
                event.get("type", "Normal"),
                event.get("reason", ""),
                event.get("message", ""),
                f"{source} · {ago} ago{times}",
            )
        )
    return tuple(found)
