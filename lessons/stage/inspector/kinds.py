"""The kinds that have no picture of their own on the stage, in words: what it keeps, whom it finds, what it guards."""

import json
from typing import Any

from django.utils.html import escape

from cluster_sim.api import meta, selectors
from lessons.stage.inspector.panel import Link

Told = tuple[tuple[str, ...], tuple[Link, ...], dict[str, Any]]
LINKS_SHOWN = 8


def _b(text: Any) -> str:
    return f"<b>{escape(text)}</b>"


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _links(before: str, plural: str, objects: list[Any]) -> tuple[Link, ...]:
    return tuple(Link(before, each["metadata"]["name"], json.dumps(
        {"ref": f"{plural}/{each['metadata']['namespace']}/{each['metadata']['name']}"})) for each in objects[:LINKS_SHOWN])


def _owned(cluster: Any, plural: str, owner: Any) -> list[Any]:
    uid = owner["metadata"].get("uid")
    namespace = owner["metadata"].get("namespace")
    return [each for each in cluster.objects(plural, namespace) if (meta.controller_of(each) or {}).get("uid") == uid]


def _chosen(cluster: Any, obj: Any, labels: dict[str, str] | None) -> list[Any]:
    if not labels:
        return []
    text = ",".join(f"{key}={value}" for key, value in labels.items())
    wanted = selectors.parse_label_selector(text)
    return [pod for pod in cluster.objects("pods", obj["metadata"].get("namespace"))
            if selectors.matches_requirements(wanted, pod["metadata"].get("labels") or {})]


def statefulset(cluster: Any, obj: Any) -> Told:
    """Names and disks that stay."""
    status = obj.get("status", {})
    say = [f"It wants {_b(obj['spec'].get('replicas', 1))} pods with names that stay, {_b(obj['metadata']['name'] + '-0')} the "
           f"first. {_b(status.get('readyReplicas', 0))} are ready.",
           "It makes them one after the other and ends them from the last. A pod that comes again keeps its name and its volume."]
    return tuple(say), _links("Its pod ", "pods", _owned(cluster, "pods", obj)), {}


def daemonset(cluster: Any, obj: Any) -> Told:
    """One on every node."""
    status = obj.get("status", {})
    say = [f"It keeps one pod on every node that fits: {_b(status.get('desiredNumberScheduled', 0))} nodes. "
           f"{_b(status.get('numberReady', 0))} are ready.",
           "A node that joins gets its pod; a drain leaves it, for it belongs to the node."]
    return tuple(say), _links("Its pod ", "pods", _owned(cluster, "pods", obj)), {}


def job(cluster: Any, obj: Any) -> Told:
    """Work that ends."""
    spec, status = obj["spec"], obj.get("status", {})
    say = [f"Work that ends: {_b(spec.get('completions', 1))} pods must succeed, {_b(spec.get('parallelism', 1))} at once. "
           f"{_b(status.get('succeeded', 0))} have, {_b(status.get('active', 0))} run, {_b(status.get('failed', 0))} failed.",
           f"When a pod fails it makes another, later each time, up to {_b(spec.get('backoffLimit', 6))} failures."]
    return tuple(say), _links("Its pod ", "pods", _owned(cluster, "pods", obj)), {}


def cronjob(cluster: Any, obj: Any) -> Told:
    """A Job at its times."""
    say = [f"It makes a Job at {_b(obj['spec'].get('schedule', ''))} (minute, hour, day, month, weekday)."]
    if obj["spec"].get("suspend"):
        say.append("It is suspended: it makes none.")
    last = obj.get("status", {}).get("lastScheduleTime")
    say.append(f"The last one was made at {_b(last)}." if last else "It has made none yet.")
    return tuple(say), _links("Its Job ", "jobs", _owned(cluster, "jobs", obj)), {}


def service(cluster: Any, obj: Any) -> Told:
    """One address for many."""
    spec = obj["spec"]
    ports = ", ".join(str(port["port"]) for port in spec.get("ports", ()))
    address = spec.get("clusterIP") or "?"
    mine = _chosen(cluster, obj, spec.get("selector"))
    ready = [pod for pod in mine if any(item["type"] == "Ready" and item["status"] == "True"
                                        for item in pod.get("status", {}).get("conditions", ()))]
    first = "It has no address of its own: its name leads to the pods themselves" if address == "None" else \
        f"One address that stays, <code>{escape(address)}</code>"
    say = [f"{first}, port {_b(ports)}. Its name is {_b(obj['metadata']['name'])}.",
           f"It finds pods by their labels: {_many(len(mine), 'pod')} fit, and {_b(len(ready))} are ready to get traffic."]
    if spec.get("selector") and not mine:
        say.append("Nobody answers: no pod carries its labels. Compare its selector with the labels of your pods.")
    return tuple(say), _links("Leads to ", "pods", mine), {}


def claim(cluster: Any, obj: Any) -> Told:
    """A disk asked for."""
    phase, volume = obj.get("status", {}).get("phase", "Pending"), obj["spec"].get("volumeName")
    asked = obj["spec"].get("resources", {}).get("requests", {}).get("storage", "?")
    say = [f"A disk of {_b(asked)} is asked for. It is {_b(phase)}" + (f" to {_b(volume)}." if volume else ".")]
    if phase == "Pending":
        say.append("It waits for a volume that fits, or for the first pod that wants it to have a node.")
    users = [pod for pod in cluster.objects("pods", obj["metadata"]["namespace"]) if any(
        (each.get("persistentVolumeClaim") or {}).get("claimName") == obj["metadata"]["name"]
        for each in pod["spec"].get("volumes", ()))]
    return tuple(say), _links("Used by ", "pods", users), {}


def configmap(cluster: Any, obj: Any) -> Told:
    """Settings."""
    keys = [*(obj.get("data") or {}), *(obj.get("binaryData") or {})]
    say = [f"Settings beside the image, {_many(len(keys), 'key')}: {_b(', '.join(keys[:12]) or 'none')}.",
           "Who reads it as environment sees a change only when the pod is made anew; files change after a minute or so."]
    return tuple(say), (), {}


def secret(cluster: Any, obj: Any) -> Told:
    """Settings nobody should read in passing."""
    keys = [*(obj.get("data") or {})]
    say = [f"Settings that should not be read in passing, {_many(len(keys), 'key')}: {_b(', '.join(keys[:12]) or 'none')}. Its "
           "values are hidden here.",
           "In etcd they are only base64, not encrypted, unless the API server is told to: who may read Secrets has them all."]
    return tuple(say), (), {}


def autoscaler(cluster: Any, obj: Any) -> Told:
    """More and fewer by load."""
    spec, status = obj["spec"], obj.get("status", {})
    target = spec["scaleTargetRef"]
    say = [f"It scales {escape(target['kind'])} {_b(target['name'])} between {_b(spec.get('minReplicas', 1))} and "
           f"{_b(spec['maxReplicas'])}. Now it has {_b(status.get('currentReplicas', 0))} and wants "
           f"{_b(status.get('desiredReplicas', 0))}.",
           "It looks every 15 s, goes up at once, and waits 5 minutes before it goes down."]
    return tuple(say), (), {}


def budget(cluster: Any, obj: Any) -> Told:
    """How many may be missing."""
    status = obj.get("status", {})
    say = [f"It guards {_b(status.get('expectedPods', 0))} pods: {_b(status.get('currentHealthy', 0))} are healthy, "
           f"{_b(status.get('desiredHealthy', 0))} must be. {_b(status.get('disruptionsAllowed', 0))} may be evicted now.",
           "It holds back evictions, as in a drain. A delete, or a node that loses power, does not ask it."]
    return tuple(say), (), {}


def policy(cluster: Any, obj: Any) -> Told:
    """Who may talk to whom."""
    chosen = obj["spec"].get("podSelector", {}).get("matchLabels") or {}
    labels = ", ".join(f"{key}={value}" for key, value in chosen.items())
    kinds = " and ".join(obj["spec"].get("policyTypes") or ["Ingress"])
    say = [f"It is about {kinds} of pods with {_b(labels)}." if labels else f"It is about {kinds} of all pods of its namespace.",
           "Once a policy chooses a pod, only what some policy allows gets through. The network plugin enforces it, not the API."]
    return tuple(say), (), {}


KINDS = {
    "statefulsets": statefulset, "daemonsets": daemonset, "jobs": job, "cronjobs": cronjob, "services": service,
    "persistentvolumeclaims": claim, "configmaps": configmap, "secrets": secret, "horizontalpodautoscalers": autoscaler,
    "poddisruptionbudgets": budget, "networkpolicies": policy,
}
