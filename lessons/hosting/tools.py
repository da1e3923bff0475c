"""What the stage's tools ask for that needs a look at the cluster first: is it on or off, whole or cut? And what an
administrator does at a machine. Each ends as faults, operations and API requests in the cluster's own log.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cluster_sim import OperationError
from cluster_sim.api import meta, resources
from lessons.hosting import commands, drain
from lessons.hosting.commands import Handler, Op, command_id, text
from lessons.hosting.errands import Errand
from lessons.hosting.hosted import Answer, Hosted
from lessons.hosting.outcome import Actor, Outcome, Refused
from lessons.stage import kubectl

MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
SIDES = ("cut", "partition")
HASH = "pod-template-hash"
RESTARTED = "kubectl.kubernetes.io/restartedAt"
ROLLING = ("deployments", "statefulsets", "daemonsets")


def power(hosted: Hosted, actor: Actor, op: Op, wall: float, answer: Answer) -> Outcome:
    """Off, or on again if it is off: a machine or a process. Of a pod (`pod/NAMESPACE/NAME`) a container crashes."""
    target, active = text(op, "target"), hosted.cluster.faults()["active"]
    if target.startswith("pod/"):
        return commands.fault(hosted, actor, {**op, "name": "crash", "target": _container(hosted, target)}, wall, answer)
    name = "power-off" if target in hosted.cluster.machines() else "stop"
    off = next((key for key, each in active.items() if (each["name"], each["target"]) == (name, target)), None)
    if off is not None:
        return _noted(commands.undo_fault(hosted, actor, {**op, "fault": off}, wall, answer), f"{target} is on again.")
    return _noted(commands.fault(hosted, actor, {**op, "name": name, "target": target}, wall, answer), f"{target} is off.")


def _noted(outcome: Outcome, note: str) -> Outcome:
    return replace(outcome, note=note, kubectl=kubectl.CANNOT)


def _container(hosted: Hosted, target: str) -> str:
    """The first container of the pod that runs."""
    _, namespace, name = [*target.split("/"), "", "", ""][:3]
    pod = hosted.cluster.get("pods", name, namespace)
    rows = pod.get("status", {}).get("containerStatuses", ()) if pod else ()
    for row in rows:
        if "running" in row.get("state", {}):
            return f"pod/{namespace}/{name}/{row['name']}"
    raise Refused(f"No container of {name or 'that pod'} runs.", "There is nothing to crash. Choose a pod that is Running.")


def cut(hosted: Hosted, actor: Actor, op: Op, wall: float, answer: Answer) -> Outcome:
    """Part `a` from `b`, or from all others if there is no `b`; what is parted in this very way is joined again."""
    one, other = text(op, "a"), op.get("b") or ""
    if not isinstance(other, str) or one == other:
        raise Refused("A cut has two sides.", "Choose another machine or process for the second one.")
    for key, each in hosted.cluster.faults()["active"].items():
        if each["name"] in SIDES and _same_sides(each, one, other):
            joined = commands.undo_fault(hosted, actor, {**op, "fault": key}, wall, answer)
            return _noted(joined, f"{one} and {other or 'all others'} hear each other again.")
    name = "cut" if not other and one in hosted.cluster.machines() else "partition"
    options = {"from": [other]} if other else {}
    parted = commands.fault(hosted, actor, {**op, "name": name, "target": one, "options": options}, wall, answer)
    return _noted(parted, f"{one} and {other or 'all others'} no longer hear each other.")


def _same_sides(active: Any, one: str, other: str) -> bool:
    across = active["options"].get("from") or []
    across = [across] if isinstance(across, str) else list(across)
    found = {active["target"], *across}
    return found == {one, other} - {""}


def operate(hosted: Hosted, actor: Actor, op: Op, wall: float, answer: Answer) -> Outcome:
    """Join a machine, take one out, back etcd up or bring it back."""
    name, target = text(op, "name"), op.get("target")
    known = hosted.cluster.operations()["available"]
    options = op.get("options") or {}
    if name not in known or not isinstance(options, dict) or not (target is None or isinstance(target, str)):
        raise Refused("There is no such work.", f"There are {', '.join(known)}.")
    seen = commands.newest_span(hosted)
    try:
        number = hosted.cluster.operate(name, target or None, user=actor.user, id=command_id(op), **options)
    except OperationError as error:
        raise Refused("That cannot be done now.", str(error)) from error
    commands.begin(hosted, op, answer, seen, wall)
    return Outcome(True, command_id(op), kubectl=kubectl.operation(name, target or ""), request="", result=number,
                   note=f"{target}: under way." if target else "A machine is on its way.")


def evacuate(hosted: Hosted, actor: Actor, op: Op, wall: float, answer: Answer) -> Outcome:
    """kubectl drain: cordon now, then evict pod after pod as the budgets allow."""
    node = text(op, "node")
    if hosted.cluster.get("nodes", node) is None:
        raise Refused(f"There is no node {node}.", "Choose one that is on the stage.")
    if any(errand.about == f"drain {node}" for errand in hosted.errands):
        raise Refused(f"{node} is being drained already.", "It goes on as soon as the budgets of its pods allow.")
    number = command_id(op) or f"drain-{hosted.cluster.position.commands}"  # its evictions are further requests of this act
    outcome = commands.send(hosted, actor, {**op, "id": number}, wall, answer, "PATCH", f"/api/v1/nodes/{node}",
                            {"spec": {"unschedulable": True}}, MERGE, f"{node} is being drained.")
    call = hosted.unanswered[-1].call
    steps = drain.steps(node, force=bool(op.get("force")))
    hosted.errands.append(Errand(f"drain {node}", number, actor.user, hosted.cluster, steps, answer, call))
    return Outcome(True, outcome.id, kubectl=kubectl.drain(node, bool(op.get("force"))), request=outcome.request,
                   note=outcome.note, result=outcome.result)


def restart(hosted: Hosted, actor: Actor, op: Op, wall: float, answer: Answer) -> Outcome:
    """kubectl rollout restart: a new annotation in the template, so that every pod is made anew."""
    path, _ = _rolling(hosted, op)
    body = {"spec": {"template": {"metadata": {"annotations": {RESTARTED: _now(hosted)}}}}}
    return commands.send(hosted, actor, op, wall, answer, "PATCH", path, body, STRATEGIC)


def _now(hosted: Hosted) -> str:
    epoch = datetime.fromtimestamp(hosted.cluster.log(0)[0]["epoch"] / 1e6, UTC)
    return (epoch + timedelta(seconds=hosted.cluster.now)).strftime("%Y-%m-%dT%H:%M:%SZ")


def rollback(hosted: Hosted, actor: Actor, op: Op, wall: float, answer: Answer) -> Outcome:
    """kubectl rollout undo: the template of an earlier revision (`revision`; none: the one before) becomes the wanted one."""
    path, obj = _rolling(hosted, op)
    revision = str(op.get("revision") or "")
    found = revisions(hosted.cluster, str(op["plural"]), obj)
    wanted = found.get(int(revision)) if revision.isdigit() else found[sorted(found)[-2]] if len(found) > 1 else None
    if wanted is None:
        raise Refused(f"{obj['metadata']['name']} has no such earlier revision.",
                      f"There are {', '.join(map(str, sorted(found))) or 'none'}.")
    if op["plural"] == "deployments":
        body: Any = [{"op": "replace", "path": "/spec/template", "value": wanted}]
        return commands.send(hosted, actor, op, wall, answer, "PATCH", path, body, "application/json-patch+json")
    return commands.send(hosted, actor, op, wall, answer, "PATCH", path, wanted, STRATEGIC)


def _rolling(hosted: Hosted, op: Op) -> tuple[str, Any]:
    """The address and the object of something that rolls out."""
    plural, namespace, name = text(op, "plural"), str(op.get("namespace") or "default"), text(op, "name")
    resource = resources.by_plural(plural)
    obj = hosted.cluster.get(plural, name, namespace) if plural in ROLLING else None
    if obj is None or resource is None:
        raise Refused(f"There is no {name} that rolls out.", "A Deployment, a StatefulSet or a DaemonSet does.")
    return resources.path(resource, namespace, name), obj


def revisions(cluster: Any, plural: str, obj: Any) -> dict[int, Any]:
    """revision → the template it had (of a Deployment), or the patch that brings it back."""
    uid, namespace = obj["metadata"]["uid"], obj["metadata"]["namespace"]
    kind = "replicasets" if plural == "deployments" else "controllerrevisions"
    mine = [each for each in cluster.objects(kind, namespace) if (meta.controller_of(each) or {}).get("uid") == uid]
    if plural != "deployments":
        return {int(each["revision"]): each["data"] for each in mine}
    found = {}
    for each in mine:
        number = each["metadata"].get("annotations", {}).get("deployment.kubernetes.io/revision", "")
        if number.isdigit():
            template = each["spec"]["template"]
            labels = {key: value for key, value in template["metadata"].get("labels", {}).items() if key != HASH}
            found[int(number)] = {**template, "metadata": {**template["metadata"], "labels": labels}}
    return found


HANDLERS: dict[str, Handler] = {
    "power": power, "cut": cut, "operate": operate, "drain": evacuate, "restart": restart, "rollback": rollback,
}
