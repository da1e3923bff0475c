"""The same act, typed: the kubectl line for an API request, and the request as one line."""

import json
from typing import Any
from urllib.parse import urlsplit

from cluster_sim.api import resources

CANNOT = "# kubectl cannot do this: it happens to the machine itself"


def line(verb: str, path: str, body: Any = None) -> str:
    """The kubectl command that makes this request; '' when there is none."""
    parsed = parse(path)
    if parsed is None:
        return ""
    plural, namespace, name, subresource = parsed
    resource = resources.by_plural(plural)
    word = resource.singular if resource else plural
    where = f" -n {namespace}" if namespace not in ("", "default") else ""
    body = body if isinstance(body, dict) else {}
    if verb == "DELETE":
        return f"kubectl delete {word} {name or '--all'}{_cascade(body)}{where}"
    if verb == "GET":
        return f"kubectl get {word} {name}".strip() + where
    if verb == "POST" and subresource == "eviction":
        return "kubectl drain " + (body.get("nodeName") or "NODE")
    if verb == "POST":
        return f"kubectl create -f {word}.yaml{where}"
    if verb == "PUT":
        return f"kubectl replace -f {word}.yaml{where}"
    return _patch(word, name, subresource, body) + where


def _cascade(body: dict[str, Any]) -> str:
    policy = body.get("propagationPolicy", "")
    grace = body.get("gracePeriodSeconds")
    now = " --grace-period=0 --force" if grace == 0 else "" if grace is None else f" --grace-period={grace}"
    return {"Orphan": " --cascade=orphan", "Foreground": " --cascade=foreground"}.get(policy, "") + now


def _patch(word: str, name: str, subresource: str, body: dict[str, Any]) -> str:
    spec, labels = body.get("spec") or {}, (body.get("metadata") or {}).get("labels")
    if set(spec) == {"replicas"}:
        return f"kubectl scale {word}/{name} --replicas={spec['replicas']}"
    if labels and not spec:
        pairs = " ".join(f"{key}-" if value is None else f"{key}={value}" for key, value in labels.items())
        return f"kubectl label {word} {name} {pairs} --overwrite"
    if word == "node" and set(spec) == {"unschedulable"}:
        return f"kubectl {'cordon' if spec['unschedulable'] else 'uncordon'} {name}"
    containers = ((spec.get("template") or {}).get("spec") or {}).get("containers")
    if containers and all(set(item) == {"name", "image"} for item in containers):
        return f"kubectl set image {word}/{name} " + " ".join(f"{item['name']}={item['image']}" for item in containers)
    suffix = f" --subresource={subresource}" if subresource else ""
    return f"kubectl patch {word} {name}{suffix} -p '{json.dumps(body, separators=(',', ':'))}'"


def parse(path: str) -> tuple[str, str, str, str] | None:
    """(plural, namespace, name, subresource) of an API path; None when it names no resource."""
    words = [word for word in urlsplit(path).path.split("/") if word]
    words = words[2:] if words[:1] == ["api"] else words[3:] if words[:1] == ["apis"] else []
    namespace = ""
    if len(words) > 2 and words[0] == "namespaces":
        namespace, words = words[1], words[2:]
    if not words:
        return None
    plural, name, subresource, *_ = [*words, "", "", ""]
    return plural, namespace, name, subresource
