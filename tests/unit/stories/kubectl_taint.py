"""`kubectl taint nodes NAME key=value:Effect` and `key-` or `key:Effect-` to take it away.

Source: kubernetes staging/src/k8s.io/kubectl/pkg/cmd/taint/taint.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import resources

if TYPE_CHECKING:
    from tests.unit.stories.stage import Stage

MERGE = "application/merge-patch+json"


def taint(stage: Stage, words: list[str], options: dict[str, Any]) -> str:
    """Set or take away taints of one node."""
    _, name, *wanted = words
    node = stage.now.get("nodes", name, None) or {}
    taints: list[dict[str, Any]] = list(node["spec"].get("taints") or ())
    for word in wanted:
        gone = word.endswith("-")
        pair, _, effect = word.rstrip("-").partition(":")
        key, _, value = pair.partition("=")
        taints = [one for one in taints if one["key"] != key or (effect and one["effect"] != effect)]
        if not gone:
            taints.append({"key": key, "effect": effect, **({"value": value} if value else {})})
    stage.now.request("PATCH", resources.path("nodes", None, name), {"spec": {"taints": taints}}, content_type=MERGE)
    return f"node/{name} {'untainted' if wanted[-1].endswith('-') else 'tainted'}"
