"""What lesson texts may say of the reader's own cluster: the pod that was killed, the one that came for it, its node.

Texts write `{killed|a pod of web}`: the name when it is known, else the words after the bar.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

WORDS = ("killed", "new", "new_node", "new_address")


def known(cluster: Any) -> dict[str, str]:
    """The words that have a meaning on this cluster now. Called by the thread that owns the cluster."""
    _, facts = cluster.facts(None)
    kills = [fact for fact in facts if fact["name"] == "act" and fact["value"].get("verb") == "delete"
             and fact["value"].get("resource") == "pods" and fact["value"].get("name")]
    if not kills:
        return {}
    killed = kills[-1]["value"]
    words = {"killed": _ending(killed["name"])}
    base = killed["name"].rpartition("-")[0]
    others = [fact["value"]["name"] for fact in kills]
    pods = [pod for pod in cluster.objects("pods", killed.get("namespace") or "default")
            if base and pod["metadata"].get("generateName") == f"{base}-" and pod["metadata"]["name"] not in others]
    before = cluster.log(0)[0]["epoch"] / 1e6 + kills[-1]["time"]
    made = [pod for pod in pods if _seconds(pod["metadata"]["creationTimestamp"]) >= int(before)]
    if made:
        pod = max(made, key=lambda each: (each["metadata"]["creationTimestamp"], each["metadata"]["name"]))
        words["new"] = _ending(pod["metadata"]["name"])
        if pod["spec"].get("nodeName"):
            words["new_node"] = pod["spec"]["nodeName"]
        if pod.get("status", {}).get("podIP"):
            words["new_address"] = pod["status"]["podIP"]
    return words


def _ending(name: str) -> str:
    """`x2k7q` of web-7d4b9c6f5d-x2k7q; the whole name where nothing was generated."""
    words = name.split("-")
    return words[-1] if len(words) > 2 else name


def _seconds(timestamp: str) -> float:
    return datetime.fromisoformat(timestamp.replace("Z", "+00:00")).timestamp()
