"""What containers do once they run. Kubernetes knows nothing of this room: it only sees exits and probe answers."""

from cluster_sim.apps.behaviour import Behaviour, behaviour_of

__all__ = ["Behaviour", "behaviour_of"]
