"""What a kubelet reports of a pod: container states, phase and conditions, from what its worker knows.

Pure rules over a worker's containers (`pod_worker.new_row`). Times are µs since the scene opened; `stamp` turns
them into RFC 3339. Source: kubernetes pkg/kubelet/kubelet_pods.go (getPhase), pkg/kubelet/status/generate.go.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cluster_sim.api.sharing import ByIdentity

Object = dict[str, Any]
Stamp = Callable[[int], str]
RESIZE_CONDITIONS = ("PodResizePending", "PodResizeInProgress")


def restarts(container: Object, pod: Object, code: int | None) -> bool:
    """Whether a container that exited with `code` is started again: its own rules first, then policies."""
    for rule in container.get("restartPolicyRules") or ():
        exit_codes = rule.get("exitCodes")
        if rule.get("action") == "Restart" and exit_codes is not None and (
                code in (exit_codes.get("values") or ())) == (exit_codes.get("operator") == "In"):
            return True
    policy = container.get("restartPolicy") or pod["spec"].get("restartPolicy", "Always")
    return policy == "Always" or (policy == "OnFailure" and code != 0)


def will_restart(container: Object, pod: Object, row: Object) -> bool:
    """Whether a container that has ended starts again: as its policy says, or because its definition changed."""
    return bool(row.get("again")) or restarts(container, pod, row["code"])


def is_sidecar(container: Object) -> bool:
    """An init container that stays: restartPolicy Always."""
    return container.get("restartPolicy") == "Always"


def initialized(pod: Object, known: Object) -> bool:
    """Whether every init container has done its part (a sidecar: has started)."""
    return all(
        _init_done(container, known.get(container["name"])) for container in (pod["spec"].get("initContainers") or ())
    )


def _init_done(container: Object, row: Object | None) -> bool:
    if row is None:
        return False
    if is_sidecar(container):
        return bool(row["started_ok"] or row["last"] or row["state"] == "exited")
    return row["state"] == "exited" and row["code"] == 0


def phase(pod: Object, known: Object) -> str:
    """Pending, Running, Succeeded or Failed; the first rule that fits (getPhase)."""
    for container in (pod["spec"].get("initContainers") or ()):
        row = known.get(container["name"])
        if row and row["state"] == "exited" and row["code"] != 0 and not will_restart(container, pod, row):
            return "Failed"
    if not initialized(pod, known):
        return "Pending"
    rows = [(container, known.get(container["name"])) for container in pod["spec"]["containers"]]
    if any(row is None or (row["state"] == "waiting" and not row["last"]) for _, row in rows):
        return "Pending"
    if any(row is not None and row["state"] == "running" for _, row in rows):
        return "Running"
    codes = [(container, row["code"] if row["state"] == "exited" else row["last"].get("code"))
             for container, row in rows if row is not None]
    if any(row is not None and row.get("again") for _, row in rows):
        return "Running"
    if any(restarts(container, pod, code) for container, code in codes):
        return "Running"
    return "Succeeded" if all(code == 0 for _, code in codes) else "Failed"


def container_status(container: Object, row: Object | None, stamp: Stamp, waiting: str) -> Object:
    """One entry of containerStatuses; `waiting` is the reason before the first start."""
    row = row or {"state": "waiting", "reason": waiting, "message": "", "restarts": 0, "last": {}, "ready": False,
                  "id": "", "started_ok": False}
    status: Object = {"name": container["name"], "image": container["image"], "imageID": "", "ready": row["ready"],
                      "restartCount": row["restarts"], "started": row["state"] == "running" and row["started_ok"],
                      "state": _state(row, stamp, waiting), "lastState": {}}
    if row["last"]:
        status["lastState"] = {"terminated": _terminated(row["last"], stamp)}
    if row.get("resources"):
        status["resources"] = row["resources"]
        if row["resources"].get("requests"):
            status["allocatedResources"] = row["resources"]["requests"]
    if row["id"]:
        status["containerID"] = f"containerd://{row['id']}"
        status["imageID"] = f"{container['image']}"
    return status


def _state(row: Object, stamp: Stamp, waiting: str) -> Object:
    if row["state"] == "running":
        return _running(stamp(row["started"]))
    if row["state"] == "exited":
        return {"terminated": _terminated(row, stamp)}
    if row["last"] and not row["reason"]:  # about to start again, without a pause
        return {"terminated": _terminated(row["last"], stamp)}
    state = {"reason": row["reason"] or waiting}
    return {"waiting": {**state, "message": row["message"]} if row["message"] else state}


@lru_cache(maxsize=1_024)
def _running(started: str) -> Object:
    return {"running": {"startedAt": started}}


def _terminated(row: Object, stamp: Stamp) -> Object:
    return {"exitCode": row["code"], "reason": row["why"], "startedAt": stamp(row["started"]),
            "finishedAt": stamp(row["finished"]), "containerID": f"containerd://{row['id']}"}


def conditions(pod: Object, known: Object, sandbox: bool, current_phase: str) -> list[tuple[str, str, str, str]]:
    """(type, status, reason, message) of the five conditions, in the kubelet's order."""
    spec = pod["spec"]
    regular = [container["name"] for container in spec["containers"]]
    regular += [container["name"] for container in (spec.get("initContainers") or ()) if is_sidecar(container)]
    unready = [name for name in regular if not (known.get(name) or {}).get("ready")]
    done = initialized(pod, known) or any((known.get(name) or {}).get("id") for name in regular)
    incomplete = [container["name"] for container in (spec.get("initContainers") or ())
                  if not _init_done(container, known.get(container["name"]))]
    rows = [("PodReadyToStartContainers", "True" if sandbox else "False", "", "")]
    if done:
        finished = current_phase == "Succeeded"
        rows.append(("Initialized", "True", "PodCompleted" if finished else "", ""))
    else:
        rows.append(("Initialized", "False", "ContainersNotInitialized",
                     f"containers with incomplete status: [{' '.join(incomplete)}]"))
    reason, message = "", ""
    if current_phase == "Succeeded":
        reason = "PodCompleted"
    elif current_phase == "Failed":
        reason = "PodFailed"
    elif unready:
        reason, message = "ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]"
    ready = "False" if reason else "True"
    gates = [gate["conditionType"] for gate in (spec.get("readinessGates") or ())]
    have = {item["type"]: item["status"] for item in ((pod.get("status") or {}).get("conditions") or ())}
    closed = [gate for gate in gates if have.get(gate) != "True"]
    if ready == "True" and closed:
        names = "; ".join(f'corresponding condition of pod readiness gate "{gate}" does not exist.' for gate in closed)
        rows.append(("Ready", "False", "ReadinessGatesNotReady", names))
    else:
        rows.append(("Ready", ready, reason, message))
    rows.append(("ContainersReady", ready, reason, message))
    rows.append(("PodScheduled", "True", "", ""))
    return rows


# Pods of one template that reach the same point in the same second report the same conditions: one list for all.
_known_rows: dict[tuple[Any, ...], Any] = {}
_known_items, _known_news = ByIdentity(), ByIdentity()
REMEMBERED = 4_096


def _rows(pod: Object, known: Object, sandbox: bool, current: str) -> list[tuple[str, str, str, str]]:
    """`conditions`, worked out once for all pods whose containers are called alike and stand alike."""
    spec = pod["spec"]
    if "initContainers" in spec or "readinessGates" in spec:
        return conditions(pod, known, sandbox, current)
    alike: list[Any] = [sandbox, current]
    for container in spec["containers"]:
        name = container["name"]
        row = known.get(name)
        alike.append((name, False, False) if row is None else (name, row["ready"], bool(row["id"])))
    key = tuple(alike)
    found: list[tuple[str, str, str, str]] | None = _known_rows.get(key)
    return _remember(key, conditions(pod, known, sandbox, current)) if found is None else found


def _remember(key: tuple[Any, ...], found: Any) -> Any:
    if len(_known_rows) >= REMEMBERED:
        _known_rows.clear()
    _known_rows[key] = found
    return found


def _items(rows: list[tuple[str, str, str, str]], have: list[Object] | None, generation: int, now: str) -> list[Object]:
    """The conditions as the status has them. One keeps its transition time while its status stays."""
    found: list[Object] | None = _known_items.find(rows, have, (generation, now))
    if found is not None:
        return found
    before = {item["type"]: item for item in have or ()}
    items = []
    for kind, value, reason, message in rows:
        old = before.get(kind)
        item: Object = {"type": kind, "observedGeneration": generation, "status": value, "lastProbeTime": None,
                        "lastTransitionTime": old["lastTransitionTime"] if old and old["status"] == value
                        and old.get("lastTransitionTime") else now}
        for name, text in (("reason", reason), ("message", message)):
            if text or (old and old.get(name)):
                item[name] = text or None  # null takes a stale one away
        items.append(item)
    _known_items.keep(items, rows, have, (generation, now))
    return items


@lru_cache(maxsize=8_192)
def _addresses(ip: str) -> list[Object]:
    return [{"ip": ip}]


def report(pod: Object, worker: Object, stamp: Stamp, now: int, host_ip: str) -> Object:
    """What this kubelet says of the pod: only fields and conditions that are the kubelet's to write."""
    known, final = worker["containers"], worker["final"] or {}
    status, spec = pod.get("status") or {}, pod["spec"]
    current = final.get("phase") or phase(pod, known)
    generation = pod["metadata"].get("generation", 1)
    rows = _rows(pod, known, bool(worker["ip"]) and not worker["gone"], current)
    if worker.get("disrupted"):
        rows = [*rows, ("DisruptionTarget", "True", "TerminationByKubelet", worker["disrupted"])]
    if worker.get("resizing"):
        rows = [*rows, *((kind, "True", *why) for kind, why in worker["resizing"].items())]
    items = _items(rows, status.get("conditions"), generation, stamp(now))
    first = "PodInitializing" if spec.get("initContainers") else "ContainerCreating"
    told: Object = {
        "phase": current, "conditions": items, "hostIP": host_ip, "hostIPs": _addresses(host_ip),
        "startTime": status.get("startTime") or stamp(now), "observedGeneration": generation,
    }
    if final.get("reason"):
        told.update(reason=final["reason"], message=final["message"])
        if not known and worker["sandbox"] is None:  # it never began here: no container has a state
            return told
    told["containerStatuses"] = _statuses(spec["containers"], known, stamp, first)
    if spec.get("initContainers"):
        told["initContainerStatuses"] = _statuses(spec["initContainers"], known, stamp, "PodInitializing")
    if spec.get("ephemeralContainers"):
        told["ephemeralContainerStatuses"] = _statuses(spec["ephemeralContainers"], known, stamp, "ContainerCreating")
    if worker["ip"]:
        told["podIP"], told["podIPs"] = worker["ip"], [{"ip": worker["ip"]}]
    return told


def _statuses(containers: list[Object], known: Object, stamp: Stamp, waiting: str) -> list[Object]:
    """The entries of some containers; those of a pod that has just come are the same for every pod of its template."""
    if known:
        return [container_status(each, known.get(each["name"]), stamp, waiting) for each in containers]
    key = (waiting, *[(each["name"], each["image"]) for each in containers])
    found: list[Object] | None = _known_rows.get(key)
    return _remember(key, [container_status(each, None, stamp, waiting) for each in containers]) if found is None else found


def news(pod: Object, told: Object) -> Object:
    """What of a report the API server does not know yet, as a strategic merge patch; {} if nothing."""
    status = pod.get("status") or {}
    patch = {}
    for name, value in told.items():
        if name == "conditions":
            have = status.get("conditions") or ()
            news_of = _news_of(value, status.get("conditions"))
            if len(have) > len(value):  # a resize is over: its conditions have to be taken out
                types = [item["type"] for item in value]
                news_of = [*news_of, *({"$patch": "delete", "type": item["type"]} for item in have
                                       if item["type"] in RESIZE_CONDITIONS and item["type"] not in types)]
            if news_of:
                patch[name] = news_of
        elif status.get(name) != value:
            if name == "podIPs":  # merged by ip: the address of a sandbox that is gone has to be taken out
                value = [*value, *({"$patch": "delete", **item} for item in status.get(name) or () if item not in value)]
            patch[name] = value
    return patch


def _news_of(items: list[Object], have: list[Object] | None) -> list[Object]:
    """The conditions that say something new."""
    found: list[Object] | None = _known_news.find(items, have)
    if found is None:
        before = {item["type"]: item for item in have or ()}
        found = [item for item in items if not _same_condition(item, before.get(item["type"]))]
        _known_news.keep(found, items, have)
    return found


def _same_condition(new: Object, old: Object | None) -> bool:
    return old is not None and new["status"] == old.get("status") and new.get("reason") == old.get("reason") and (
        new.get("message") == old.get("message")) and new.get("observedGeneration") == old.get("observedGeneration")


def word(pod: Object, worker: Object) -> str:
    """The state of the pod in a word, as kubectl would print it."""
    if worker["final"]:
        final = worker["final"]
        return str(final.get("reason") or ("Completed" if final["phase"] == "Succeeded" else final["phase"]))
    known = worker["containers"]
    inits = pod["spec"].get("initContainers") or ()
    if not initialized(pod, known):
        done = sum(_init_done(container, known.get(container["name"])) for container in inits)
        reason = next(
            (row["reason"] for container in inits if (row := known.get(container["name"])) and row["reason"]), ""
        )
        return f"Init:{reason or f'{done}/{len(inits)}'}"
    for container in pod["spec"]["containers"]:
        row = known.get(container["name"])
        if row is None or row["state"] == "waiting":
            first = "PodInitializing" if inits else "ContainerCreating"
            return str((row or {}).get("reason") or ((row or {}).get("last") or {}).get("why") or first)
        if row["state"] == "exited":
            return str(row["why"])
    ready = all(known[container["name"]]["ready"] for container in pod["spec"]["containers"])
    return "Running" if ready else "Running, not ready"
