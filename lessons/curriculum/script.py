"""Plays a solution or a wrong turn: a list of what a learner does, in the words of the page's own commands.

    - {op: kill, pick: app=web}                                  the first pod (by name) with that label
    - {op: request, verb: DELETE, path: …/replicasets/{name}, pick: app=web, of: replicasets, body: …}
    - {op: fault, name: stop, target: master-1/kube-controller-manager}
    - {op: undo-fault, name: stop, target: master-1/kube-controller-manager}
    - {op: wait, seconds: 30}
    - {op: wait, until: 'now["ready:default/web"] == 3', limit: 60}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cluster_sim import Cluster
from lessons.curriculum.facts_so_far import FactsSoFar
from lessons.curriculum.goals import compiled

# op → (fields it must have, fields it may have)
OPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "kill": (("pick",), ("namespace",)),
    "request": (("verb", "path"), ("body", "contentType", "pick", "of", "namespace")),
    "fault": (("name", "target"), ("pick", "namespace")),
    "undo-fault": (("name", "target"), ()),
    "wait": ((), ("seconds", "until", "limit")),
}
LONGEST_WAIT = 3600.0
REST_LIMIT = 300.0
BEAT = 0.5  # s of virtual time after each act, so that what follows sees its effect


class ScriptError(RuntimeError):
    """A script that could not be played to its end; the text says at which line and why."""


def faults_in(script: Any) -> list[str]:
    """What is wrong with a script, in words; nothing when it can be played."""
    if not isinstance(script, list) or not script:
        return ["it must have 'script:', a list of at least one act."]
    found = []
    for place, line in enumerate(script, 1):
        op = line.get("op") if isinstance(line, dict) else None
        if op not in OPS:
            found.append(f"line {place} of the script needs an 'op': one of {', '.join(OPS)}.")
            continue
        needs, may = OPS[op]
        missing = [name for name in needs if name not in line]
        unknown = [name for name in line if name not in ("op", *needs, *may)]
        if missing:
            found.append(f"line {place} ({op}) of the script needs {', '.join(missing)}.")
        if unknown:
            found.append(f"line {place} ({op}) of the script does not know {', '.join(unknown)}.")
        if op == "wait" and ("seconds" in line) == ("until" in line):
            found.append(f"line {place} (wait) of the script needs either 'seconds' or 'until'.")
    return found


def to_rest(cluster: Cluster) -> None:
    """Let the opening scene come to rest, as the host does before a lesson opens."""
    def all_ready(_: Cluster) -> bool:
        deployments = cluster.objects("deployments", namespace=None)
        return all(each.get("status", {}).get("readyReplicas", 0) == each["spec"].get("replicas", 1)
                   for each in deployments)

    cluster.advance_until(all_ready, REST_LIMIT)
    cluster.advance(2)


def play(cluster: Cluster, script: Iterable[Mapping[str, Any]]) -> None:
    """Play a script to its end; raises ScriptError."""
    for place, line in enumerate(script, 1):
        try:
            _PLAYERS[line["op"]](cluster, line)
        except ScriptError as error:
            raise ScriptError(f"line {place} ({line['op']}): {error}") from error
        if line["op"] != "wait":
            cluster.advance(BEAT)


def _pick(cluster: Cluster, line: Mapping[str, Any], resource: str = "pods") -> str:
    """The name of the first object that the line means and that is not already leaving."""
    namespace = line.get("namespace", "default")
    found = [each["metadata"]["name"] for each in cluster.objects(resource, namespace, line["pick"])
             if "deletionTimestamp" not in each["metadata"]]
    if not found:
        raise ScriptError(f"no {resource} with the label {line['pick']} in namespace {namespace}.")
    return min(found)


def _kill(cluster: Cluster, line: Mapping[str, Any]) -> None:
    namespace = line.get("namespace", "default")
    _answer(cluster.request("DELETE", f"/api/v1/namespaces/{namespace}/pods/{_pick(cluster, line)}"))


def _request(cluster: Cluster, line: Mapping[str, Any]) -> None:
    name = _pick(cluster, line, line.get("of", "pods")) if "pick" in line else ""
    path = line["path"].replace("{name}", name)
    _answer(cluster.request(line["verb"], path, line.get("body"), content_type=line.get("contentType")))


def _answer(response: Any) -> None:
    if not 200 <= response.status < 300:
        message = (response.body or {}).get("message") if isinstance(response.body, dict) else response.error
        raise ScriptError(f"API server refused, {response.status}: {message}")


def _fault(cluster: Cluster, line: Mapping[str, Any]) -> None:
    name = _pick(cluster, line) if "pick" in line else ""
    cluster.fault(line["name"], line["target"].replace("{name}", name))


def _undo_fault(cluster: Cluster, line: Mapping[str, Any]) -> None:
    active = cluster.faults()["active"]
    fault = next((key for key, each in active.items()
                  if (each["name"], each["target"]) == (line["name"], line["target"])), None)
    if fault is None:
        raise ScriptError(f"nothing to undo: no fault '{line['name']}' on {line['target']}.")
    cluster.undo_fault(fault)


def _wait(cluster: Cluster, line: Mapping[str, Any]) -> None:
    if "seconds" in line:
        cluster.advance(min(float(line["seconds"]), LONGEST_WAIT))
        return
    program, names = compiled(line["until"])
    limit = float(line.get("limit", 120))
    facts = FactsSoFar()
    since = facts.begin(cluster.now)
    cursor = None
    end = cluster.now + min(limit, LONGEST_WAIT)
    while True:
        cursor, new = cluster.facts(cursor)
        for fact in new:
            facts.take(fact)
        if program.execute(facts.seen_by(since, cluster.now, names)) is True:
            return
        if cluster.now >= end:
            raise ScriptError(f"after {limit:g} s it is still not true that {line['until']}")
        cluster.advance(0.1)


_PLAYERS = {"kill": _kill, "request": _request, "fault": _fault, "undo-fault": _undo_fault, "wait": _wait}
