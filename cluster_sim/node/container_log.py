"""What a container has printed, as the kubelet hands it out (`kubectl logs`).

Source: kubernetes pkg/kubelet/kuberuntime/logs (tail, since, timestamps, limit); the log of the container before the
last restart is kept as well (`--previous`), older ones are not.
"""

from __future__ import annotations

from typing import Any

from cluster_sim import apps
from cluster_sim.kernel.timestamps import microtime
from cluster_sim.node.container_time import elapsed

Object = dict[str, Any]
LINES = 2_000


def choose(containers: list[Object], uid: str, name: str, previous: bool) -> Object | None:
    """The newest container of that name in the pod, or the one before it."""
    found = [row for row in containers if row["uid"] == uid and row["name"] == name and row["program"] is not None]
    found.sort(key=lambda row: row["attempt"])
    return found[-2] if previous and len(found) > 1 else found[-1] if found and not previous else None


def lines(container: Object, now: int) -> list[list[Any]]:
    """[time in µs, text] of each line so far."""
    printed = apps.output(container["program"], elapsed(container, now), LINES)
    return [[container["started_at"] + at, text] for at, text in printed]


def text(container: Object, options: Object, now: int, epoch: int) -> str:
    """The log as text. Options, as the API names them: tailLines, sinceSeconds, after (µs), timestamps, limitBytes."""
    found = lines(container, now)
    if options.get("sinceSeconds") is not None:
        found = [line for line in found if line[0] >= now - int(options["sinceSeconds"]) * 1_000_000]
    if options.get("after") is not None:
        found = [line for line in found if line[0] > options["after"]]
    if options.get("tailLines") is not None:
        count = int(options["tailLines"])
        found = found[-count:] if count else []
    rows = [f"{microtime(epoch + at)} {words}" if options.get("timestamps") else words for at, words in found]
    whole = "".join(f"{row}\n" for row in rows)
    limit = options.get("limitBytes")
    return whole if limit is None else whole.encode()[:int(limit)].decode("utf-8", "ignore")
