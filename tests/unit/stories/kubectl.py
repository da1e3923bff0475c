"""kubectl in a story: the commands that the stories use, with what the real one prints.

`get`, `apply`, `delete`, `scale`, `set image`, `patch`, `label`, `annotate`, `rollout undo|pause|resume`, `cordon`,
`uncordon`, `drain`, `events`; and two that read what `kubectl describe` shows: `conditions KIND/NAME` and
`field KIND/NAME PATH`.

Source: kubernetes staging/src/k8s.io/kubectl/pkg/cmd (get, drain, rollout, scale, set).
"""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

from cluster_sim.api import resources
from cluster_sim.api.resources import Resource

if TYPE_CHECKING:
    from tests.unit.stories.stage import Stage

Object = dict[str, Any]
AS_TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
STRATEGIC, MERGE = "application/strategic-merge-patch+json", "application/merge-patch+json"
NAMESPACE = "default"
RETRY = 5.0  # kubectl drain tries an eviction again after 5 s
ACTS = ("apply", "create", "delete", "scale", "set", "patch", "label", "annotate", "rollout", "cordon", "uncordon", "drain", "taint")


def run(stage: Stage, line: str, given: str) -> str:
    """One command line; → what it prints."""
    words, options = split(line)
    verb = words[0]
    if verb in ACTS and words[1:2] not in (["status"], ["history"]):
        stage.begin_act()
    doing = COMMANDS.get(verb)
    if doing is None:
        raise ValueError(f"kubectl {verb} is not known to the stories.")
    return doing(stage, words[1:], {**options, "given": given})


def split(line: str) -> tuple[list[str], dict[str, str]]:
    """Words and options: `--name=value`, `--name`, `-o value`."""
    words, options = [], {}
    rest = iter(shlex.split(line))
    for word in rest:
        if word.startswith("--"):
            name, _, value = word[2:].partition("=")
            options[name] = value
        elif word.startswith("-") and len(word) == 2:
            options[word[1:]] = next(rest)
        else:
            words.append(word)
    return words, options


def resource_of(kind: str) -> Resource:
    """The resource that `deploy`, `deployment` or `deployments` means."""
    found = resources.by_name(kind)
    if found is None:
        raise ValueError(f"error: the server doesn't have a resource type {kind!r}")
    return found


def targets(words: list[str]) -> list[tuple[Resource, str]]:
    """`deployment/web` or `deployment web web2`."""
    if "/" in words[0]:
        return [(resource_of(kind), name) for kind, _, name in (word.partition("/") for word in words)]
    return [(resource_of(words[0]), name) for name in words[1:]]


def path_of(resource: Resource, options: Object, name: str | None = None, subresource: str | None = None) -> str:
    """Where the API server serves it."""
    namespace = options.get("n", NAMESPACE) if resource.namespaced else None
    return resources.path(resource, namespace, name, subresource)


def called(resource: Resource, name: str) -> str:
    """`deployment.apps/web`."""
    return f"{resource.singular}.{resource.group}/{name}" if resource.group else f"{resource.singular}/{name}"


def field(obj: Object | None, path: str) -> str:
    """The text at `status.readyReplicas` or `spec.containers.0.image`; "" where there is nothing."""
    value: Any = obj
    for part in re.findall(r"(?:[^.\\]|\\.)+", path.removeprefix(".")):
        key = part.replace("\\.", ".")
        if isinstance(value, list):
            value = value[int(key)] if key.isdigit() and int(key) < len(value) else None
        else:
            value = (value or {}).get(key)
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def error(answer: Any) -> str:
    """What kubectl prints when the server refuses."""
    if answer.body is None:
        return str(answer.error)  # nobody answered
    body = answer.body
    if body.get("reason") == "Invalid":
        kind, name = body["details"]["kind"], body["details"].get("name", "")
        return f"The {kind} {json.dumps(name)} is invalid: {'; '.join(body['message'].split(' is invalid: ', 1)[1:])}"
    reason = f" ({body['reason']})" if body.get("reason") else ""
    return f"Error from server{reason}: {body.get('message') or answer.error}"


def table(stage: Stage, headers: list[str], rows: list[list[str]]) -> str:
    """Columns as wide as their widest cell, three blanks apart; rows by the reader's names."""
    told = [[stage.names.tell(cell) for cell in row] for row in rows]
    told = [headers, *told]
    widths = [max(len(row[i]) for row in told) + 3 for i in range(len(headers))]
    return "\n".join("".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in told)


def get(stage: Stage, words: list[str], options: Object) -> str:
    """The server's table."""
    resource = resource_of(words[0].partition("/")[0])
    names = [name for _, name in targets(words)] if "/" in words[0] or len(words) > 1 else []
    query = f"?labelSelector={options['l']}" if "l" in options else ""
    rows, headers, ordered = [], [], []
    for name in names or [None]:
        answer = stage.now.request("GET", path_of(resource, options, name) + query, headers=AS_TABLE)
        if not answer.ok:
            return error(answer)
        shown = [i for i, column in enumerate(answer.body["columnDefinitions"])
                 if column.get("priority", 0) == 0 or options.get("o") == "wide"]
        headers = [answer.body["columnDefinitions"][i]["name"].upper() for i in shown]
        stage.listen()
        for row in answer.body["rows"]:
            rows.append([str(row["cells"][i]) for i in shown])
    ordered = rows if names else sorted(rows, key=lambda row: stage.names.tell(row[0]))
    if not rows:
        return f"No resources found in {options.get('n', NAMESPACE)} namespace." if resource.namespaced else "No resources found"
    return table(stage, headers, ordered)


def apply(stage: Stage, words: list[str], options: Object) -> str:
    """`kubectl apply -f -`: the manifest stands under the command."""
    lines = []
    for answer in stage.now.apply(options["given"]):
        if not answer.ok:
            lines.append(error(answer))
            continue
        found = resources.by_kind(answer.body["apiVersion"], answer.body["kind"])
        did = "created" if answer.status == 201 else "configured"
        lines.append(f"{called(found, answer.body['metadata']['name']) if found else answer.body['kind']} {did}")
    return "\n".join(lines)


def change(stage: Stage, resource: Resource, name: str, patch: Any, options: Object, did: str, kind: str = STRATEGIC,
           subresource: str | None = None) -> str:
    """Patch, and say so."""
    answer = stage.now.request("PATCH", path_of(resource, options, name, subresource), patch, content_type=kind)
    return f"{called(resource, name)} {did}" if answer.ok else error(answer)


def delete(stage: Stage, words: list[str], options: Object) -> str:
    """With `--cascade=orphan|foreground` and `--grace-period`; nothing is waited for."""
    lines = []
    policy = {"orphan": "Orphan", "foreground": "Foreground"}.get(options.get("cascade", ""), "Background")
    for resource, name in targets(words):
        body: Object = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": policy}
        if "grace-period" in options:
            body["gracePeriodSeconds"] = int(options["grace-period"])
        answer = stage.now.request("DELETE", path_of(resource, options, name), body)
        kind = called(resource, name).partition("/")[0]
        lines.append(f'{kind} "{name}" deleted from {NAMESPACE} namespace' if answer.ok and resource.namespaced
                     else f'{kind} "{name}" deleted' if answer.ok else error(answer))
    return "\n".join(lines)


def scale(stage: Stage, words: list[str], options: Object) -> str:
    """`--replicas`, by the scale subresource."""
    return "\n".join(change(stage, resource, name, {"spec": {"replicas": int(options["replicas"])}}, options, "scaled",
                            MERGE, "scale") for resource, name in targets(words))


def set_image(stage: Stage, words: list[str], options: Object) -> str:
    """`set image deployment/web web=nginx:1.28`."""
    (resource, name), = targets([words[1]])
    containers = [{"name": key, "image": image} for key, _, image in (word.partition("=") for word in words[2:])]
    return change(stage, resource, name, {"spec": {"template": {"spec": {"containers": containers}}}}, options,
                  "image updated")


def patch(stage: Stage, words: list[str], options: Object) -> str:
    """`-p '{…}'`; a strategic merge patch."""
    (resource, name), = targets(words)
    kind = STRATEGIC if options.get("type") != "merge" else MERGE
    return change(stage, resource, name, json.loads(options["p"]), options, "patched", kind)


def note(what: str) -> Any:
    """`label` and `annotate`: `key=value`, `key-` takes it away."""
    def do(stage: Stage, words: list[str], options: Object) -> str:
        at = next(i for i, word in enumerate(words) if "=" in word or word.endswith("-"))
        pairs = {word.rstrip("-").partition("=")[0]: None if word.endswith("-") else word.partition("=")[2]
                 for word in words[at:]}
        return "\n".join(change(stage, resource, name, {"metadata": {what: pairs}}, options,
                                "labeled" if what == "labels" else "annotated", MERGE)
                         for resource, name in targets(words[:at]))
    return do


def conditions(stage: Stage, words: list[str], options: Object) -> str:
    """The conditions that `kubectl describe` shows."""
    found = stage.find(words[0], options.get("n", NAMESPACE)) or {}
    rows = [[one["type"], one["status"], one.get("reason", ""), one.get("message", "")]
            for one in (found.get("status") or {}).get("conditions") or ()]
    return table(stage, ["TYPE", "STATUS", "REASON", "MESSAGE"], rows)


def show(stage: Stage, words: list[str], options: Object) -> str:
    """`get -o jsonpath`, one field a line."""
    return "\n".join(field(stage.find(words[0], options.get("n", NAMESPACE)), path) for path in words[1:])


def events(stage: Stage, words: list[str], options: Object) -> str:
    """Events about one object, oldest first."""
    kind, _, name = words[0].partition("/")
    about = resource_of(kind).kind
    found = [one for one in stage.now.objects("events", namespace=options.get("n", NAMESPACE))
             if (one["involvedObject"]["kind"], one["involvedObject"]["name"]) == (about, name)]
    found.sort(key=lambda one: (one["firstTimestamp"] or one["eventTime"], int(one["metadata"]["resourceVersion"])))
    rows = [[one["type"], one["reason"] + (f" (x{one['count']})" if one.get("count", 1) > 1 else ""), one["message"]]
            for one in found]
    return table(stage, ["TYPE", "REASON", "MESSAGE"], rows)


from tests.unit.stories import kubectl_drain, kubectl_rollout, kubectl_taint  # noqa: E402 - they build on this file

COMMANDS: dict[str, Any] = {
    "get": get, "apply": apply, "delete": delete, "scale": scale, "set": set_image, "patch": patch,
    "label": note("labels"), "annotate": note("annotations"), "conditions": conditions, "field": show, "events": events,
    "rollout": kubectl_rollout.rollout, "cordon": kubectl_drain.cordon, "uncordon": kubectl_drain.uncordon,
    "drain": kubectl_drain.drain, "taint": kubectl_taint.taint,
}
