"""The controller manager, and one controller a file.

A controller watches some kinds of objects, compares what is wanted (spec) with what is there, and writes through the
API server what brings the two closer. Read replicaset.py first: all others have its shape (client/controller.py).
manager.py is the process that runs them. Rules worth quoting are functions of their own: rolling_update.py,
deletion_rank.py, slow_start.py, template_hash.py.
"""

from cluster_sim.controllers.manager import ControllerManager

__all__ = ["ControllerManager"]
