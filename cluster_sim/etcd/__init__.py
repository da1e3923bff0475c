"""etcd: the cluster's memory, a store with a history.

Only the API server speaks to it. What is not here does not exist for Kubernetes; what containers do is not here.
"""

from cluster_sim.etcd.server import Etcd

__all__ = ["Etcd"]
