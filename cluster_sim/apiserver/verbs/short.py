"""Short ways to create what comes thousandfold from the cluster's own components: an Event, one more pod of a template.

Nothing that the long way (`create`) would look at can be wrong with them, or it was looked at before: a recorder's
Events are all of one make, and a ReplicaSet's burst of pods is the very same body, sent again and again. The short way
therefore only makes what is new in each: names, uid, time. It gives exactly what the long way gives, and where it is
not sure it gives None and the long way is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cluster_sim.api import resources
from cluster_sim.api.sharing import ByIdentity
from cluster_sim.apiserver import decoding
from cluster_sim.apiserver.admission import service_account
from cluster_sim.apiserver.outcome import Outcome, Plan, put
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.watch_cache import REGISTRY
from cluster_sim.kernel import DETAIL, STORY

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

TTL = 3600  # of Events, in seconds: --event-ttl
GENERATED_BASE = 58  # of a generated name's 63 characters
OWN = ("generateName", "namespace", "labels", "annotations", "ownerReferences", "finalizers")
# Objects that may change what becomes of a pod or an Event on its way into the store.
_POLICIES = [one.storage_prefix for one in resources.RESOURCES if one.group == "admissionregistration.k8s.io"]
ADMITTING = dict.fromkeys((*_POLICIES, *(one.storage_prefix for one in resources.RESOURCES if one.plural in (
    "namespaces", "limitranges", "resourcequotas", "serviceaccounts", "priorityclasses", "runtimeclasses"))), True)


@dataclass(frozen=True, slots=True)
class Known:
    """What became of a pod's body when it came first."""

    spec: Object  # as it was stored
    status: Object
    key: str  # where pods of its namespace are stored
    containers: tuple[tuple[str, tuple[tuple[Object, bool], ...]], ...]  # field → (container, whether it mounts the token)


class ShortWays:
    """What one API server remembers for its short ways; `forget` when anything changes that admission looks at."""

    def __init__(self) -> None:
        self._pods = ByIdentity(256)
        self._admits: dict[str, bool] = {}

    def forget(self) -> None:
        """A policy, a quota, a namespace … has changed."""
        self.__init__()  # type: ignore[misc]

    def event(self, server: APIServer, info: RequestInfo, body: Any) -> Outcome | None:
        """An Event as a recorder writes it (client/event_recorder.py)."""
        if info.query or not isinstance(body, dict) or not decoding.trusted(info) or not self._free(server, info.namespace):
            return None
        given, about = body.get("metadata") or {}, body.get("involvedObject") or {}
        name, namespace = given.get("name"), info.namespace
        if len(given) != 2 or not name or given.get("namespace") != namespace or body.get("kind") != "Event" or (
                body.get("apiVersion") != "v1"):
            return None
        if about.get("namespace", "default") != namespace or server.cache.get("events", f"{namespace}/{name}") is not None:
            return None
        meta = {"name": name, "namespace": namespace, "uid": server.kernel.uid("uid"),
                "creationTimestamp": server.kernel.timestamp()}
        write = put(f"{REGISTRY}events/{namespace}/{name}", {**body, "metadata": meta}, 0, TTL)
        return Plan([write], 201, None, "", "apiserver.create", {"what": f"event {name}"}, DETAIL)

    def pod(self, server: APIServer, info: RequestInfo, body: Any) -> Outcome | None:
        """One more pod of a body that was seen before."""
        known: Known | None = self._pods.find(body)
        if known is None or info.query or not decoding.trusted(info):
            return None
        given, kernel = body["metadata"], server.kernel
        base = given["generateName"]
        volume = service_account.PREFIX + kernel.suffix("kube-api-access")
        name = base[:GENERATED_BASE] + kernel.suffix("generateName")
        if server.cache.get("pods", f"{info.namespace}/{name}") is not None:
            return None
        meta = {"name": name, "generateName": base, "namespace": info.namespace, "uid": kernel.uid("uid"), "generation": 1,
                "creationTimestamp": kernel.timestamp()}
        for field in OWN[2:]:
            if given.get(field):
                meta[field] = given[field]
        mount = {"name": volume, "readOnly": True, "mountPath": service_account.MOUNT_PATH}
        spec = {**known.spec}
        for kind, containers in known.containers:
            spec[kind] = [{**container, "volumeMounts": [*container["volumeMounts"][:-1], mount]} if mounts else container
                          for container, mounts in containers]
        spec["volumes"] = [*known.spec["volumes"][:-1], {"name": volume, "projected": service_account.PROJECTED}]
        write = put(f"{known.key}{name}", {**body, "metadata": meta, "spec": spec, "status": known.status}, 0)
        return Plan([write], 201, None, "", "apiserver.create", {"what": f"pod {name}"}, STORY)

    def learn(self, server: APIServer, info: RequestInfo, body: Any, outcome: Outcome) -> None:
        """A pod went the long way: remember its body, if the next one of it can go the short way."""
        if not isinstance(outcome, Plan) or len(outcome.writes) != 1 or info.query or not decoding.trusted(info):
            return
        given, made = body.get("metadata") or {}, outcome.writes[0]["value"]
        if not given.get("generateName") or any(field not in OWN for field in given) or "status" in body:
            return
        meta, spec = made["metadata"], made["spec"]
        token = (spec.get("volumes") or [{}])[-1]
        if any(meta.get(field) != given[field] for field in given if given[field]) or meta.get("annotations") != given.get(
                "annotations") or list(made["status"]) != ["phase", "qosClass"] or (
                token.get("projected") is not service_account.PROJECTED) or info.warnings:
            return
        containers = tuple((kind, tuple((container, _mounts(container, token["name"])) for container in spec[kind]))
                           for kind in ("containers", "initContainers") if spec.get(kind))
        if self._free(server, info.namespace):
            self._pods.keep(Known(spec, made["status"], f"{REGISTRY}pods/{info.namespace}/", containers), body)

    def _free(self, server: APIServer, namespace: str) -> bool:
        """Whether nothing stands between a well-made object and the store of this namespace."""
        free = self._admits.get(namespace)
        if free is None:
            home = server.cache.get("namespaces", namespace)
            free = home is not None and (home.get("status") or {}).get("phase") != "Terminating"
            free = free and not any(server.cache.list(prefix) for prefix in _POLICIES)
            self._admits[namespace] = free
        return free


def _mounts(container: Object, volume: str) -> bool:
    mounts: list[Object] = container.get("volumeMounts") or []
    return bool(mounts) and mounts[-1]["name"] == volume
