"""Pods, nodes, ReplicaSets and Deployments in words, with what can be done to them."""

import json
from typing import Any

from django.utils.html import escape

from cluster_sim.api import meta, resources, tables
from lessons.stage import pods
from lessons.stage.inspector import acts as offer
from lessons.stage.inspector.age import age
from lessons.stage.inspector.containers import containers
from lessons.stage.inspector.kinds import KINDS
from lessons.stage.inspector.panel import Act, Link
from lessons.stage.inspector.words import LOOKS
from lessons.stage.steps import scores
from lessons.stage.steps.scores import Row

Words = tuple[tuple[str, ...], tuple[Link, ...], dict[str, Any]]


def words(cluster: Any, plural: str, obj: Any) -> Words:
    """Sentences (safe HTML), links to owners, and what else the panel shows."""
    teller = {"pods": _pod, "nodes": _node, "replicasets": _replicaset, "deployments": _deployment, **KINDS}.get(plural)
    return teller(cluster, obj) if teller else ((), _owner_links(obj), {})


def path_of(plural: str, obj: Any) -> str:
    """The object's address at the API server."""
    resource = resources.by_plural(plural)
    assert resource is not None
    return resources.path(resource, obj["metadata"].get("namespace"), obj["metadata"]["name"])


def acts(cluster: Any, plural: str, obj: Any) -> tuple[Act, ...]:
    """What can be done with it."""
    path, name = path_of(plural, obj), obj["metadata"]["name"]
    found: list[Act | None] = []
    if plural == "pods":
        found = [offer.delete(path), offer.label(path, "pod", name, meta.labels(obj)), *_running_containers(obj)]
    elif plural == "replicasets":
        found = [
            offer.delete(path),
            offer.orphan(path),
            offer.scale(path, "replicaset", name, obj["spec"].get("replicas", 1)),
            offer.label(path, "replicaset", name, meta.labels(obj)),
        ]
    elif plural == "deployments":
        containers = obj["spec"].get("template", {}).get("spec", {}).get("containers", [])
        found = [
            offer.scale(path, "deployment", name, obj["spec"].get("replicas", 1)),
            offer.set_image(path, "deployment", name, containers),
            offer.pause(path, name, bool(obj["spec"].get("paused"))),
            *offer.rollouts(plural, obj),
            offer.delete(path),
            offer.orphan(path),
        ]
    elif plural in ("statefulsets", "daemonsets"):
        scale = [offer.scale(path, "statefulset", name, obj["spec"].get("replicas", 1))] if plural == "statefulsets" else []
        found = [*scale, *offer.rollouts(plural, obj), offer.delete(path)]
    elif plural == "nodes":
        found = [offer.cordon(name, bool(obj["spec"].get("unschedulable"))), offer.drain(name), *_machine(cluster, name)]
    elif plural not in ("namespaces", "events"):
        found = [offer.delete(path)]
    return tuple(act for act in found if act is not None)


def _running_containers(pod: Any) -> list[Act]:
    """Each container's program can be made to end by itself, as a bug would."""
    meta_, statuses = pod["metadata"], pod.get("status", {}).get("containerStatuses", ())
    where = f"pod/{meta_['namespace']}/{meta_['name']}"
    return [
        offer.fault(f"Crash {each['name']}", "crash", f"{where}/{each['name']}")
        for each in statuses
        if "running" in each.get("state", {})
    ]


def _machine(cluster: Any, name: str) -> list[Act]:
    faults = cluster.faults()
    active = {fault["name"]: key for key, fault in faults["active"].items() if fault["target"] == name}
    if name not in cluster.machines():
        return []
    power = (
        offer.repair("Switch on", active["power-off"]) if "power-off" in active else offer.fault("Switch off", "power-off", name)
    )
    link = offer.repair("Heal the cut", active["cut"]) if "cut" in active else offer.fault("Cut its network", "cut", name)
    return [power, link]


def _b(text: Any) -> str:
    return f"<b>{escape(text)}</b>"


def _owner_links(obj: Any) -> tuple[Link, ...]:
    owner = meta.controller_of(obj)
    if owner is None:
        return ()
    return (Link(f"Made by {owner['kind']} ", owner["name"], json.dumps({"uid": owner["uid"]})),)


def _pod(cluster: Any, pod: Any) -> Words:
    status = tables.pod_status(pod)
    have, _, want = tables.pod_ready(pod).partition("/")
    look = pods.look_of(status, have == want)
    node, address = pod["spec"].get("nodeName"), pod.get("status", {}).get("podIP")
    first = f"A pod, {_b(status)}"
    if node:
        first += f" on {_b(node)}"
    if address:
        first += f" as <code>{escape(address)}</code>"
    first += f", {escape(age(cluster, pod['metadata'].get('creationTimestamp')))} old."
    say = [first, escape(LOOKS[look])]
    links = list(_owner_links(pod))
    if not links:
        say.append("Nobody owns it: when it is deleted, nobody makes another.")
    elif look != "terminating":
        say.append(
            f"When it is deleted, its {escape((meta.controller_of(pod) or {})['kind'])} makes another: "
            "with another name and another address."
        )
    if node:
        links.append(Link("On node ", node, json.dumps({"ref": f"nodes/{node}"})))
    why, why_say = _why_this_node(cluster, pod)
    return tuple(say), tuple(links), {
        "mark": look, "look": look, "why": why, "why_say": why_say, "containers": containers(cluster, pod)}


def _why_this_node(cluster: Any, pod: Any) -> tuple[tuple[Row, ...], str]:
    """The scheduler's own table, from the span of its decision, while that is kept."""
    subject = f"pod/{pod['metadata'].get('namespace', 'default')}/{pod['metadata']['name']}"
    detail = None
    for span in reversed(cluster.trace()):
        if span.subject == subject and span.source.endswith("/kube-scheduler") and span.detail:
            detail = span.detail
            break
    if detail is None:
        return (), ""
    return scores.table(detail)


def _node(cluster: Any, node: Any) -> Words:
    name = node["metadata"]["name"]
    mine = [pod for pod in cluster.objects("pods") if pod["spec"].get("nodeName") == name]
    allocatable = node.get("status", {}).get("allocatable", {})
    ready = next((item["status"] for item in node.get("status", {}).get("conditions", ()) if item["type"] == "Ready"), "Unknown")
    machine = cluster.machines().get(name, {})
    say = [
        f"A node with {_b(allocatable.get('cpu', '?'))} CPU and {_b(allocatable.get('memory', '?'))} memory for pods. "
        f"{len(mine)} pod{'' if len(mine) == 1 else 's'} on it, {_b(allocatable.get('pods', '?'))} at most."
    ]
    if machine and not machine.get("power", True):
        say.append(
            "It has no power: nothing runs here. The control plane finds out by silence: after 50 s it is NotReady, "
            "and 5 minutes later its pods are ended and made elsewhere."
        )
    elif ready != "True":
        say.append("The control plane has had no news of it for more than 50 s. What runs on it may well run on.")
    if node["spec"].get("unschedulable"):
        say.append("It is cordoned: it takes no new pods. Those on it stay.")
    return (
        tuple(say),
        (),
        {"mark": "running" if ready == "True" else "unknown", "look": "running" if ready == "True" else "unknown"},
    )


def _replicaset(cluster: Any, replicaset: Any) -> Words:
    wants, status = replicaset["spec"].get("replicas", 1), replicaset.get("status", {})
    say = [
        f"It keeps {_b(wants)} pods equal to its template. It has {_b(status.get('replicas', 0))}, "
        f"and {_b(status.get('readyReplicas', 0))} are ready.",
        "It counts the pods that carry its labels. Take the label from one, and it makes another; the one you took "
        "it from runs on, and belongs to nobody.",
    ]
    if meta.controller_of(replicaset):
        say.append("Its Deployment owns it: delete it, and the Deployment makes it again; scale it, and it scales it back.")
    return tuple(say), _owner_links(replicaset), {}


def _deployment(cluster: Any, deployment: Any) -> Words:
    wants, status = deployment["spec"].get("replicas", 1), deployment.get("status", {})
    rolling = deployment["spec"].get("strategy", {}).get("rollingUpdate") or {}
    say = [
        f"It wants {_b(wants)} pods of one template. {_b(status.get('availableReplicas', 0))} are available, "
        f"{_b(status.get('updatedReplicas', 0))} are of the newest template.",
        "It makes no pods: it makes a ReplicaSet for each template, and moves replicas from the old one to the new.",
    ]
    if rolling:
        say.append(
            f"While it does, at most {_b(rolling.get('maxSurge', 0))} more than wanted, and at most "
            f"{_b(rolling.get('maxUnavailable', 0))} unavailable."
        )
    return tuple(say), (), {}
