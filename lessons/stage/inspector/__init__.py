"""The inspector: what one thing is, in plain words first; then its conditions, events, labels and YAML, and what can
be done with it, each act beside the kubectl line that does the same.

`describe(cluster, …)` runs on the thread that owns the cluster and returns a value that no longer touches it.
"""

from lessons.stage.inspector.describe import describe
from lessons.stage.inspector.panel import Act, Condition, Event, Panel

__all__ = ["Act", "Condition", "Event", "Panel", "describe"]
