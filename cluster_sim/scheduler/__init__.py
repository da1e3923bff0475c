"""The scheduler: which node a pod goes to, and why. `scheduler.py` is the process; `plugins/` are its rules."""

from cluster_sim.scheduler.scheduler import Scheduler

__all__ = ["Scheduler"]
