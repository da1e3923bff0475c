"""How a cluster opens: the machines of its scene start, the control plane comes up, add-ons and manifests are applied.

Nodes may still be registering, and pods starting, when it is open: whoever wants a cluster at rest lets it come to rest.
The scene is in the log's head, so its requests are no commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim import addons, assembly
from cluster_sim.apiserver import APIServer
from cluster_sim.apply import apply
from cluster_sim.kernel import DETAIL, SECOND
from cluster_sim.load_balancer import LoadBalancer
from cluster_sim.responses import Response
from cluster_sim.scenario import Scene, SceneError
from cluster_sim.static_manifests import manifests

if TYPE_CHECKING:
    from cluster_sim.cluster import Cluster

LIMIT = 60 * SECOND
FIRST_ACCOUNT = "/registry/serviceaccounts/default/default"  # pods can be created once it is there


def boot(cluster: Cluster, scene: Scene) -> None:
    """Start everything, and apply what the scene brings; raises SceneError."""
    kernel = cluster.kernel
    for machine in scene.machines:
        static = {"manifests": manifests()} if machine["role"] == "control-plane" and machine["node"] else {}
        kernel.machines[machine["name"]] = {**machine, **static}
    parts = assembly.parts_of(kernel.machines, scene.load_balancer)
    for part in parts:
        assembly.build(kernel, part)
    servers = [component for component in kernel.components.values() if isinstance(component, APIServer)]
    balancer = kernel.components.get(assembly.LOAD_BALANCER)
    if isinstance(balancer, LoadBalancer):
        for server in servers:
            balancer.add(server.part)
    span = kernel.work("registry", 0, verb="boot", subject="cluster", level=DETAIL)
    for part in parts:
        kernel.components[part].start(span)

    def waiting() -> bool:
        return not (all(server.state["ready"] for server in servers) and cluster._store().get(FIRST_ACCOUNT) is not None)

    if not cluster._advance_while(waiting, LIMIT):
        raise SceneError("The control plane did not come up.")

    def send(*args: Any) -> Response:
        answer = cluster.request(*args)
        cluster._log.records.clear()
        cluster._facts.rows.clear()
        return answer

    for manifest in [*addons.manifests(scene.addons), *scene.manifests]:
        answer = apply(send, manifest, "admin")
        if not answer.ok:
            meta = manifest.get("metadata")
            name = meta.get("name", "?") if isinstance(meta, dict) else "?"
            message = (answer.body or {}).get("message") or answer.error
            raise SceneError(f"The API server refused the scene's {manifest['kind']} {name!r}: {message}")
    cluster._follow()
