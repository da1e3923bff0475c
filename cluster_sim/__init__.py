"""A whole Kubernetes cluster as a pure, deterministic model.

    from cluster_sim import Cluster

    cluster = Cluster.open(scene, seed=1)
    cluster.request("DELETE", "/api/v1/namespaces/default/pods/web-7d4b9c6f5d-x2k7q")
    cluster.advance(30)
    for span in cluster.trace():
        print(span.time, span.text)

The rooms: `kernel` (time, events, causes), `etcd`, `apiserver`, `client`, `controllers`, `scheduler`, `node`, `apps`
and `api` (what objects are). No clock, thread, socket or random number comes in from outside.
"""

from cluster_sim.cluster import Cluster
from cluster_sim.command_log import LogError, mark
from cluster_sim.faults import FaultError
from cluster_sim.history import ENGINE, Position, SnapshotError
from cluster_sim.kernel import Span
from cluster_sim.operations import OperationError
from cluster_sim.responses import Call, Changes, Response
from cluster_sim.scenario import SceneError

__all__ = ["ENGINE", "Call", "Changes", "Cluster", "FaultError", "LogError", "OperationError", "Position", "Response",
           "SceneError", "SnapshotError", "Span", "mark"]
