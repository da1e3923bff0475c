"""A pod's shape: everything about a pod that scheduling looks at, and nothing else.

The pods of a ReplicaSet differ in their names only, so they share one shape; what was found out about a node for one
of them holds for all. The real scheduler computes each pod anew (its state lives in CycleState for one cycle); it
has sixteen threads for it, we have none.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api.pod_requests import SCORED_CPU, SCORED_MEMORY, Amounts, pod_requests

Object = dict[str, Any]
Port = tuple[str, str, int]  # protocol, host IP, host port


def shape_key(pod: Object) -> str:
    """Equal for pods that the scheduler cannot tell apart."""
    meta, spec = pod["metadata"], pod["spec"]
    owner = _controller(meta)
    return repr((
        meta.get("namespace"), meta.get("labels"), owner and (owner["kind"], owner["name"]),
        [(c.get("image"), c.get("resources"), c.get("ports")) for c in spec["containers"]],
        [(c.get("image"), c.get("resources"), c.get("ports"), c.get("restartPolicy"))
         for c in spec.get("initContainers") or ()],
        spec.get("nodeSelector"), spec.get("affinity"), spec.get("tolerations"), spec.get("topologySpreadConstraints"),
        claim_names(pod), spec.get("resources"), spec.get("overhead"), spec.get("hostNetwork"),
    ))


def parts_of(pod: Object) -> list[Any] | None:
    """What `shape_key` looks at, as the very objects that pods of one template share; None for a pod with claims."""
    meta, spec = pod["metadata"], pod["spec"]
    owner = _controller(meta)
    parts = [meta.get("namespace"), meta.get("labels"), owner and owner["kind"], owner and owner["name"],
             spec.get("nodeSelector"), spec.get("affinity"), spec.get("tolerations"), spec.get("topologySpreadConstraints"),
             spec.get("resources"), spec.get("overhead"), spec.get("hostNetwork")]
    if spec.get("initContainers") or claim_names(pod):
        return None
    for container in spec["containers"]:
        parts += (container.get("image"), container.get("resources"), container.get("ports"))
    return parts


class PodShape:
    """What plugins ask about a pod; made once for all pods of the shape."""

    __slots__ = ("__weakref__", "affinity", "claims", "constraints", "containers", "images", "key", "labels",
                 "namespace", "owner", "ports", "requests", "scored_cpu", "scored_memory", "spec", "tolerations",
                 "other_requests", "cpu", "memory", "best_effort", "required_affinity", "required_anti_affinity",
                 "preferred_affinity", "pinned", "coming_cpu", "coming_memory")

    def __init__(self, pod: Object, key: str) -> None:
        meta, spec = pod["metadata"], pod["spec"]
        self.key = key
        self.spec: Object = spec
        self.namespace: str = meta.get("namespace") or "default"
        self.labels: dict[str, str] = meta.get("labels") or {}
        self.owner = _controller(meta)
        self.tolerations: list[Object] = spec.get("tolerations") or []
        self.requests: Amounts = pod_requests(spec)
        self.cpu = self.requests.get("cpu", 0)
        self.memory = self.requests.get("memory", 0)
        self.other_requests = sorted((name, amount) for name, amount in self.requests.items()
                                     if name not in ("cpu", "memory") and amount)
        self.best_effort = not self.cpu and not self.memory
        scored = pod_requests(spec, scored=True)
        self.scored_cpu = scored.get("cpu", SCORED_CPU)
        self.scored_memory = scored.get("memory", SCORED_MEMORY)
        # A pod that is yet to come is weighed by its containers alone (fit.go's scorer knows no requests of the whole pod).
        coming = pod_requests(spec, scored=True, pod_level=False) if spec.get("resources") else scored
        self.coming_cpu, self.coming_memory = coming.get("cpu", SCORED_CPU), coming.get("memory", SCORED_MEMORY)
        self.containers = [*(spec.get("initContainers") or ()), *spec["containers"]]
        self.images = [image_name(container.get("image") or "") for container in self.containers]
        self.ports: list[Port] = host_ports(spec)
        self.claims = claim_names(pod)
        self.constraints: list[Object] = spec.get("topologySpreadConstraints") or []
        affinity = spec.get("affinity") or {}
        self.affinity: Object = affinity
        self.pinned = pinned_to(affinity)
        for_pods, against = affinity.get("podAffinity") or {}, affinity.get("podAntiAffinity") or {}
        self.required_affinity: list[Object] = for_pods.get(REQUIRED) or []
        self.required_anti_affinity: list[Object] = against.get(REQUIRED) or []
        self.preferred_affinity: list[tuple[int, Object]] = [
            *((term["weight"], term["podAffinityTerm"]) for term in for_pods.get(PREFERRED) or ()),
            *((-term["weight"], term["podAffinityTerm"]) for term in against.get(PREFERRED) or ()),
        ]

    @property
    def has_affinity(self) -> bool:
        """Whether other pods matter to it."""
        return bool(self.required_affinity or self.required_anti_affinity or self.preferred_affinity)


REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def host_ports(spec: Object) -> list[Port]:
    """The ports of the node that the pod wants for itself."""
    wanted = []
    for container in [*(spec.get("initContainers") or ()), *spec["containers"]]:
        if container in (spec.get("initContainers") or ()) and container.get("restartPolicy") != "Always":
            continue
        for port in container.get("ports") or ():
            number = port.get("hostPort") or (port["containerPort"] if spec.get("hostNetwork") else 0)
            if number:
                wanted.append((port.get("protocol") or "TCP", port.get("hostIP") or "0.0.0.0", number))
    return wanted


def pinned_to(affinity: Object) -> list[str] | None:
    """The only nodes that required affinity leaves by name (a DaemonSet's pod has one); None: not by name."""
    required = (affinity.get("nodeAffinity") or {}).get(REQUIRED) or {}
    names: dict[str, bool] = {}
    for term in required.get("nodeSelectorTerms") or ():
        fields = [one["values"] for one in term.get("matchFields") or () if one.get("operator") == "In"]
        if not fields:
            return None
        names.update(dict.fromkeys((name for name in fields[0] if all(name in values for values in fields)), True))
    return sorted(names) if required else None


def claim_names(pod: Object) -> list[str]:
    """The PersistentVolumeClaims that the pod mounts, those made for it alone (ephemeral) included."""
    names = []
    for volume in pod["spec"].get("volumes") or ():
        if "persistentVolumeClaim" in volume:
            names.append(volume["persistentVolumeClaim"]["claimName"])
        elif "ephemeral" in volume:
            names.append(f"{pod['metadata']['name']}-{volume['name']}")
    return names


def image_name(image: str) -> str:
    """With the tag a node's status would show: `nginx` → `nginx:latest` (image_locality.go normalizedImageName)."""
    return image if ":" in image.rpartition("/")[2] else f"{image}:latest"


def _controller(meta: Object) -> Object | None:
    return next((ref for ref in meta.get("ownerReferences") or () if ref.get("controller")), None)
