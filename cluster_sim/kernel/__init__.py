"""The kernel: virtual time, events, draws, links and causes. It knows no Kubernetes.

Everything above it is a `Component`: a small explicit state machine that is handed one event at a time and
answers by sending messages or setting timers. The same seed and the same commands give the same run, event by
event, on any machine (see `loop.Kernel`).
"""

from cluster_sim.kernel.component import Component
from cluster_sim.kernel.loop import MS, SECOND, Kernel
from cluster_sim.kernel.span import BACKGROUND, DETAIL, STORY, Span

__all__ = ["BACKGROUND", "DETAIL", "MS", "SECOND", "STORY", "Component", "Kernel", "Span"]
