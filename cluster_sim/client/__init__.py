"""client-go's part, once: requests, informers, work queues with back-off, controllers' common shape, Events.

Whoever wants something of the cluster, from the scheduler to a kubelet, is a client of the API server and nothing
else. This room is what they share; what each does with it stands in its own room.
"""

from cluster_sim.client.controller import Controller
from cluster_sim.client.controller_host import ControllerHost
from cluster_sim.client.informer import Informer, Watch
from cluster_sim.client.leader_election import LeaderElector
from cluster_sim.client.process import MERGE_PATCH, STRATEGIC_MERGE_PATCH, Process, unheard
from cluster_sim.client.work_queue import WorkQueue

__all__ = ["MERGE_PATCH", "STRATEGIC_MERGE_PATCH", "Controller", "ControllerHost", "Informer", "LeaderElector", "Process",
           "Watch", "WorkQueue", "unheard"]
