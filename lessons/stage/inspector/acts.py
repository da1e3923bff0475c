"""What can be done with a thing, as API requests and faults with their kubectl lines."""

import json
from typing import Any

from lessons.stage import kubectl
from lessons.stage.inspector.panel import Act, Input

MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"


def request(
    title: str,
    verb: str,
    path: str,
    body: Any = None,
    *,
    typed: str = "",
    inputs: tuple[Input, ...] = (),
    content_type: str = "",
) -> Act:
    """An API request as an act."""
    data = [("op", "request"), ("verb", verb), ("path", path)]
    if body is not None:
        data.append(("body", json.dumps(body)))
    if content_type:
        data.append(("content-type", content_type))
    return Act(title, typed or kubectl.line(verb, path, body), tuple(data), inputs)


def fault(title: str, name: str, target: str) -> Act:
    """Something done to a machine or process: kubectl has no word for it."""
    return Act(title, "", (("op", "fault"), ("fault", name), ("target", target)))


def repair(title: str, fault_id: str) -> Act:
    """The way back from a fault."""
    return Act(title, "", (("op", "undo-fault"), ("fault-id", fault_id)))


def delete(path: str) -> Act:
    """Delete an object."""
    return request("Delete", "DELETE", path)


def orphan(path: str) -> Act:
    """Delete an owner and leave what it owns."""
    body = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Orphan"}
    return request("Delete, leave its dependents", "DELETE", path, body)


def scale(path: str, word: str, name: str, replicas: int) -> Act:
    """Another number of replicas, by the scale subresource."""
    return request(
        "Scale",
        "PATCH",
        f"{path}/scale",
        {"spec": {"replicas": "{replicas:number}"}},
        typed=f"kubectl scale {word}/{name} --replicas=…",
        content_type=MERGE,
        inputs=(Input("replicas", "to", str(replicas), "number"),),
    )


def label(path: str, word: str, name: str, labels: dict[str, str]) -> Act:
    """Change a label; an empty value takes it away."""
    key = next((each for each in ("app", *labels) if each in labels), "app")
    return request(
        "Change label",
        "PATCH",
        path,
        {"metadata": {"labels": {"{key}": "{value}"}}},
        typed=f"kubectl label {word} {name} {key}=… --overwrite",
        content_type=MERGE,
        inputs=(Input("key", "key", key), Input("value", "value (empty: take it away)", labels.get(key, ""))),
    )


def set_image(path: str, word: str, name: str, containers: list[Any]) -> Act | None:
    """Another image for the first container: a rollout."""
    if not containers:
        return None
    container = containers[0]["name"]
    body = {"spec": {"template": {"spec": {"containers": [{"name": container, "image": "{image}"}]}}}}
    return request(
        "Set image",
        "PATCH",
        path,
        body,
        typed=f"kubectl set image {word}/{name} {container}=…",
        content_type=STRATEGIC,
        inputs=(Input("image", container, containers[0].get("image", "")),),
    )


def cordon(name: str, cordoned: bool) -> Act:
    """No new pods on a node, or again."""
    return request(
        "Uncordon" if cordoned else "Cordon",
        "PATCH",
        f"/api/v1/nodes/{name}",
        {"spec": {"unschedulable": not cordoned}},
        content_type=MERGE,
    )


def pause(path: str, name: str, paused: bool) -> Act:
    """Hold a rollout where it is, or let it go on."""
    title = "Resume rollout" if paused else "Pause rollout"
    return request(title, "PATCH", path, {"spec": {"paused": not paused}}, content_type=MERGE)


def rollouts(plural: str, obj: Any) -> list[Act]:
    """Make every pod anew; go back to the template before."""
    name, namespace = obj["metadata"]["name"], obj["metadata"].get("namespace", "default")
    word = plural.removesuffix("s")
    data = (("plural", plural), ("namespace", namespace), ("name", name))
    return [
        Act("Restart", f"kubectl rollout restart {word}/{name}", (("op", "restart"), *data)),
        Act("Roll back", f"kubectl rollout undo {word}/{name}", (("op", "rollback"), *data)),
    ]


def drain(name: str) -> Act:
    """Send every pod away that may leave."""
    return Act("Drain", kubectl.drain(name), (("op", "drain"), ("node", name)))
