"""The Layers view: who owns whom, from Deployment to ReplicaSet to pod to container, and the node it runs on."""

from typing import Any

from django.utils.html import escape

from cluster_sim.api import meta
from lessons.stage import icons, nodes, pods
from lessons.stage.element import View, put
from lessons.stage.mirror import Mirror
from lessons.stage.names import ending, split
from lessons.stage.nodes import SYSTEM

PODS_DRAWN = 40  # more are not drawn one by one
SLOTS = 12
CURRENT_HASH = "pod-template-hash"


def draw(view: View, mirror: Mirror, now: float) -> None:
    """Put every layer into the view, families side by side, in an order in which lines do not cross."""
    deployments = [item for item in mirror.deployments.values() if item["metadata"].get("namespace") != SYSTEM]
    replicasets = [item for item in mirror.replicasets.values() if item["metadata"].get("namespace") != SYSTEM]
    tenants = [item for item in mirror.pods.values() if item["metadata"].get("namespace") != SYSTEM]
    if not replicasets or len(tenants) > PODS_DRAWN:
        return
    owners = {_owner(rs) for rs in replicasets}
    replicasets = [rs for rs in replicasets if _lives(rs, tenants)] or replicasets
    rank = {item["metadata"]["uid"]: index for index, item in enumerate(deployments)}
    replicasets.sort(
        key=lambda rs: (rank.get(_owner(rs), 99), rs["metadata"].get("creationTimestamp", ""), rs["metadata"]["name"])
    )
    order = {rs["metadata"]["uid"]: index for index, rs in enumerate(replicasets)}
    tenants.sort(
        key=lambda pod: (
            order.get(_owner(pod), 99),
            pod["metadata"].get("creationTimestamp", ""),
            pod["metadata"]["name"],
        )
    )
    newest = {_owner(rs): rs["metadata"]["uid"] for rs in replicasets}
    for deployment in deployments:
        if deployment["metadata"]["uid"] in owners:
            mine = [rs for rs in replicasets if _owner(rs) == deployment["metadata"]["uid"]]
            _deployment(view, deployment, mine, tenants, mirror)
    for rs in replicasets:
        _replicaset(view, rs, tenants, newest.get(_owner(rs)) == rs["metadata"]["uid"], mirror)
    current = set(newest.values())
    for pod in tenants:
        _pod(view, pod, mirror, now, _owner(pod) in current)
    for node in mirror.nodes.values():
        if not nodes.is_control_plane(node, mirror):
            _node(view, node, tenants, mirror, now)


def _owner(obj: Any) -> str:
    return str((meta.controller_of(obj) or {}).get("uid", ""))


def _lives(rs: Any, tenants: list[Any]) -> bool:
    return bool(rs["spec"].get("replicas", 1)) or any(_owner(pod) == rs["metadata"]["uid"] for pod in tenants)


def _image(obj: Any) -> str:
    """The image of its container; of several only their number has room."""
    containers = obj["spec"].get("template", obj).get("spec", {}).get("containers") or [{}]
    return str(containers[0].get("image", "")) if len(containers) == 1 else ""


def _deployment(view: View, deployment: Any, mine: list[Any], tenants: list[Any], mirror: Mirror) -> None:
    uids = {rs["metadata"]["uid"] for rs in mine}
    looks = [pods.facts(pod, mirror).look for pod in tenants if _owner(pod) in uids]
    images = list(dict.fromkeys(_image(rs) for rs in mine))
    change = " → ".join(f"<s>{escape(image)}</s>" if image != _image(deployment) else escape(image) for image in images)
    wants = deployment["spec"].get("replicas", 1)
    name = deployment["metadata"]["name"]
    put(
        view,
        f"ldep-{deployment['metadata']['uid']}",
        "layer-deployments",
        "layer_deployment",
        {
            "uid": deployment["metadata"]["uid"],
            "name": name,
            "wants": str(wants),
            "%change": change,
            **_gauge(deployment, looks, wants),
            "@aria-label": f"Deployment {name}, wants {wants} pods",
            "ref": f"deployments/{deployment['metadata'].get('namespace', 'default')}/{name}",
        },
    )


def _gauge(deployment: Any, looks: list[str], wants: int) -> dict[str, str]:
    """Pods as squares between two fences: at least so many available, at most so many in all."""
    rolling = deployment["spec"].get("strategy", {}).get("rollingUpdate") or {}
    unavailable = _amount(rolling.get("maxUnavailable", 0), wants, up=False)
    surge = _amount(rolling.get("maxSurge", 0), wants, up=True)
    least, most = max(0, wants - unavailable), wants + surge
    counted = sorted((look for look in looks if look != "terminating"), key=lambda look: look != "running")
    squares = []
    for index in range(max(len(counted), most)):
        if index == least and least:
            squares.append("=fence")
        if index == most:
            squares.append("=fence")
        squares.append(f"c-{counted[index]}|{counted[index]}" if index < len(counted) else "c-pending|free")
    if len(counted) <= most:
        squares.append("=fence")
    leaving = looks.count("terminating")
    squares += ["c-terminating|terminating"] * leaving
    available = sum(look == "running" for look in counted)
    return {
        "*squares": " ".join(squares),
        "leaving": "leaving: not counted, but each still has its place" if leaving else "",
        "%budget": f"<b>{available} available</b>, at least {least}: {wants} − maxUnavailable {unavailable}"
        f"<br><b>{len(counted)} pods</b>, at most {most}: {wants} + maxSurge {surge}",
    }


def _amount(value: Any, wants: int, up: bool) -> int:
    if isinstance(value, int):
        return value
    share = int(str(value).rstrip("%") or 0) * wants
    return -(-share // 100) if up else share // 100


def _replicaset(view: View, rs: Any, tenants: list[Any], current: bool, mirror: Mirror) -> None:
    uid, name = rs["metadata"]["uid"], rs["metadata"]["name"]
    wants = rs["spec"].get("replicas", 1)
    has = sum(1 for pod in tenants if _owner(pod) == uid and not meta.is_deleting(pod))
    owner = mirror.deployments.get(f"{rs['metadata'].get('namespace', 'default')}/{(meta.controller_of(rs) or {}).get('name')}")
    goal = (owner["spec"].get("replicas", 1) if current else 0) if owner is not None else wants
    slots = " ".join(["=f"] * min(has, SLOTS) + ["=e"] * max(0, min(max(wants, goal), SLOTS) - has))
    put(
        view,
        f"lrs-{uid}",
        "layer-replicasets",
        "layer_replicaset",
        {
            "uid": uid,
            "name": name,
            "image": _image(rs),
            "@data-owner": _owner(rs),
            "@data-current": "1" if current else "",
            "*places": slots,
            "count": f"wants {wants}, has {has}",
            "goal": f"on its way to {goal}" if goal != wants else "" if owner is not None else "no owner",
            "@aria-label": f"ReplicaSet {name}, wants {wants}, has {has}",
            "ref": f"replicasets/{rs['metadata'].get('namespace', 'default')}/{name}",
        },
    )


def _pod(view: View, pod: Any, mirror: Mirror, now: float, current: bool) -> None:
    shown = pods.fields(pod, mirror, now, {})
    base, own = split(pod)
    put(
        view,
        f"lpod-{pod['metadata']['uid']}",
        "layer-pods",
        "layer_pod",
        {
            **{
                name: shown[name]
                for name in (
                    "name",
                    "namespace",
                    "uid",
                    "@data-status",
                    "@data-look",
                    "spoken",
                    "#mark",
                    "*containers",
                    "word",
                )
            },
            "short": own or base,
            "image": _image(pod),
            "ip": str(pod.get("status", {}).get("podIP", "")) or "no address yet",
            "@data-owner": _owner(pod),
            "@data-current": "1" if current else "",
        },
    )


def _node(view: View, node: Any, tenants: list[Any], mirror: Mirror, now: float) -> None:
    name = node["metadata"]["name"]
    state = nodes.condition(node, mirror, now)
    slots = [
        f'<span class="slot" data-slot-of="{pod["metadata"]["uid"]}" data-look="{pods.facts(pod, mirror).look}">'
        f"{icons.mark(pods.facts(pod, mirror).look, 'i')}{escape(ending(pod))}</span>"
        for pod in tenants
        if pod["spec"].get("nodeName") == name
    ]
    put(
        view,
        f"lnode-{name}",
        "layer-nodes",
        "layer_node",
        {
            "name": name,
            "%pods": "".join(slots),
            "#mark": state.mark,
            "word": state.word,
            "@data-real": state.real,
            "@data-ready": state.status.partition(",")[0],
        },
    )
