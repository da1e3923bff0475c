"""The same act, typed: the kubectl line for an API request, and the request as one line."""

import json
from typing import Any
from urllib.parse import urlsplit

from cluster_sim.api import resources

CANNOT = "# kubectl cannot do this: it happens to the machine itself"


RESTARTED = "kubectl.kubernetes.io/restartedAt"
KUBEADM = "# kubectl cannot do this, kubeadm can, at the machine: "
OPERATIONS = {"join-worker": "kubeadm join", "join-control-plane": "kubeadm join --control-plane",
              "reset-node": "kubeadm reset", "etcd-backup": "etcdctl snapshot save", "etcd-restore": "etcdutl snapshot restore"}


def operation(name: str, target: str = "") -> str:
    """What an administrator types for it, at a machine."""
    word = OPERATIONS.get(name, name)
    return f"{KUBEADM.replace('kubeadm', 'etcdctl') if name.startswith('etcd') else KUBEADM}{word}"


def drain(node: str, force: bool = False) -> str:
    """The command that cordons a node and evicts its pods."""
    return f"kubectl drain {node} --ignore-daemonsets --delete-emptydir-data{' --force' if force else ''}"


def typed(records: list[dict[str, Any]]) -> tuple[str, str]:
    """(the same act typed, its request) of the last act in a log; an act of several requests is one command."""
    last = next((record for record in reversed(records) if is_act(record)), None)
    if last is None:
        return "", ""
    body = last["body"]
    if last["kind"] == "operate":
        about = body["target"] or body["options"].get("name", "")
        return operation(body["name"], body["target"] or ""), f"{body['name']} {about}".strip()
    if last["kind"] != "request":
        return CANNOT, f"{last['kind']} {body.get('name', body.get('fault', ''))} {body.get('target', '')}".strip()
    request = f"{body['verb']} {body['path'].partition('?')[0]}"
    number, part, _ = str(last.get("id") or "").partition("#")
    if part:
        first = next((record for record in records if record.get("id") == number), None)
        if "fieldManager=" in body["path"]:
            return "kubectl apply --server-side -f manifests.yaml", request
        if first is not None and first["kind"] == "request":
            return drain((parse(first["body"]["path"]) or ("", "", "NODE", ""))[2]), request
    return line(body["verb"], body["path"], body.get("body")), request


def is_act(record: dict[str, Any]) -> bool:
    """Whether a command of a log was more than a look."""
    if record["kind"] == "request":
        return bool(record["body"]["verb"] != "GET")
    return record["kind"] in ("fault", "undo-fault", "operate")


def line(verb: str, path: str, body: Any = None) -> str:
    """The kubectl command that makes this request; '' when there is none."""
    parsed = parse(path)
    if parsed is None:
        return ""
    plural, namespace, name, subresource = parsed
    resource = resources.by_plural(plural)
    word = resource.singular if resource else plural
    where = f" -n {namespace}" if namespace not in ("", "default") else ""
    if isinstance(body, list) and [step.get("path") for step in body if isinstance(step, dict)] == ["/spec/template"]:
        return f"kubectl rollout undo {word}/{name}{where}"
    body = body if isinstance(body, dict) else {}
    if verb == "PATCH" and "fieldManager=" in path:
        dry = " --dry-run=server" if "dryRun=All" in path else ""
        return f"kubectl apply --server-side -f {word}-{name}.yaml{dry}{where}"
    if verb == "DELETE":
        return f"kubectl delete {word} {name or '--all'}{_cascade(body)}{where}"
    if verb == "GET":
        return f"kubectl get {word} {name}".strip() + where
    if verb == "POST" and subresource == "eviction":
        return f"kubectl drain NODE  # evicts the pod {name}"
    if verb == "POST" and word == "deployment" and (made := _created(body)):
        return made + where
    if verb == "POST":
        return f"kubectl create -f {word}.yaml{where}"
    if verb == "PUT":
        return f"kubectl replace -f {word}.yaml{where}"
    return _patch(word, name, subresource, body) + where


def _created(body: dict[str, Any]) -> str:
    """kubectl create deployment NAME --image=IMAGE -- COMMAND, if that makes this very object."""
    template = (body.get("spec") or {}).get("template") or {}
    containers = (template.get("spec") or {}).get("containers") or []
    if len(containers) != 1 or set(containers[0]) != {"name", "image", "command"}:
        return ""
    container = containers[0]
    name = (body.get("metadata") or {}).get("name", "NAME")
    return f"kubectl create deployment {name} --image={container['image']} -- {' '.join(container['command'])}"


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
    if set(spec) == {"paused"}:
        return f"kubectl rollout {'pause' if spec['paused'] else 'resume'} {word}/{name}"
    template = spec.get("template") or {}
    if RESTARTED in ((template.get("metadata") or {}).get("annotations") or {}):
        return f"kubectl rollout restart {word}/{name}"
    containers = (template.get("spec") or {}).get("containers")
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
