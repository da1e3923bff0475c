"""Taints and tolerations: which nodes a pod may go to, or stay on.

Upstream: k8s.io/component-helpers/scheduling/corev1/helpers.go and core/v1 toleration.go.
"""

from __future__ import annotations

from typing import Any

Taint = dict[str, Any]
Toleration = dict[str, Any]


def tolerates(toleration: Toleration, taint: Taint) -> bool:
    """Whether this toleration covers the taint: an absent effect or key covers all of them."""
    effect, key = toleration.get("effect"), toleration.get("key")
    if effect and effect != taint.get("effect"):
        return False
    if key and key != taint.get("key"):
        return False
    if toleration.get("operator") == "Exists":
        return True
    return bool((toleration.get("value") or "") == (taint.get("value") or ""))


def tolerated(taint: Taint, tolerations: list[Toleration] | None) -> bool:
    """Whether any of the tolerations covers the taint."""
    return any(tolerates(toleration, taint) for toleration in tolerations or ())


def find_untolerated(taints: list[Taint] | None, tolerations: list[Toleration] | None,
                     effects: tuple[str, ...] = ("NoSchedule", "NoExecute")) -> Taint | None:
    """The first taint with one of these effects that no toleration covers."""
    for taint in taints or ():
        if taint.get("effect") in effects and not tolerated(taint, tolerations):
            return taint
    return None
