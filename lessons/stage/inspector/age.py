"""How long ago, in kubectl's words."""

from datetime import datetime
from typing import Any

from cluster_sim.api import tables


def age(cluster: Any, timestamp: str | None) -> str:
    """How long ago a timestamp is, as kubectl says it: '5m3s'."""
    if not timestamp:
        return "?"
    epoch = cluster.log(0)[0]["epoch"] / 1e6
    then = datetime.fromisoformat(timestamp.replace("Z", "+00:00")).timestamp() - epoch
    return tables.human_duration(max(0, int(cluster.now - then)))
