"""The rule that decided a step, in plain words: from what the deciding component left in the span's detail.

Each sentence belongs to a rule of `cluster_sim`, which names its upstream source; the file is linked beside it.
"""

from collections.abc import Callable
from typing import Any

RANK = ("Of two pods the one goes first that has no node; then by phase (Pending, Unknown, Running); not ready; the lower "
        "pod-deletion-cost; more pods of the same owner on its node; ready for a shorter time; more restarts; younger.")
# phrase → what holds there, where the numbers stand in the text already
BY_PHRASE: dict[str, str] = {
    "apiserver.delete-later": "Deleting a pod begins with a date: deletionTimestamp says that it must go, and when. Its kubelet "
                              "ends the containers; only then is it taken out of etcd.",
    "apiserver.delete": "Nothing holds it any more: its grace period is over, and no finalizer is left.",
    "apiserver.delete-held": "An object with finalizers stays until each of them is taken off.",
    "apiserver.bind": "A binding sets spec.nodeName, once. The kubelet of that node sees the pod because it watches for "
                      "pods with its own name in that field.",
    "apiserver.evict": "An eviction is a delete that a PodDisruptionBudget may refuse (429).",
    "kubelet.stops": "First the TERM signal, so that the program may end by itself. What still runs when the grace period "
                     "is over gets KILL.",
    "kubelet.waits": "After each exit the pause doubles: 10 s, 20 s, 40 s … up to 5 minutes. Ten minutes without an exit, "
                     "and it begins at 10 s again.",
    "kubelet.no-image": "After each failed pull the pause doubles: 10 s, 20 s, 40 s … up to 5 minutes.",
    "node_lifecycle.taint": "A node that is not ready gets taints: NoSchedule at once, then NoExecute, which sends pods away "
                            "when their tolerationSeconds are over (300 unless a pod says otherwise).",
    "taint_eviction.delete": "The pod tolerates its node's NoExecute taint for tolerationSeconds, and they are over.",
}


def in_words(span: Any) -> str:
    """A sentence or two; '' where a step only carries on."""
    detail = span.detail if isinstance(span.detail, dict) else {}
    teller = BY_RULE.get(str(detail.get("rule", "")))
    if teller is not None:
        return teller(detail)
    if span.phrase == "kubelet.waits" and "back-off" not in str(span.args.get("why")):
        return ""
    if span.phrase in BY_PHRASE:
        return BY_PHRASE[span.phrase] + (f" The runtime said: {span.detail}" if isinstance(span.detail, str) else "")
    if span.phrase == "daemonset.delete" and detail:
        return f"It must go: {detail['rule']}."
    return ""


def _rank(detail: Any) -> str:
    return f"What decided here: {detail['because']}. {RANK}" if detail.get("because") else RANK


def _slow_start(detail: Any) -> str:
    left = detail.get("left", 0)
    return (f"Slow start: 1 pod first, then 2, 4, 8 … as long as all succeed, so that a mistake costs one refusal and not "
            f"hundreds. This batch: {detail.get('batch', 1)}; after it {left} {'is' if left == 1 else 'are'} left.")


def _rolling(detail: Any) -> str:
    wants, surge, gone = detail["replicas"], detail["maxSurge"], detail["maxUnavailable"]
    return (f"At most {wants} + maxSurge {surge} = {detail['most']} pods at once, and never fewer available than "
            f"{wants} − maxUnavailable {gone} = {detail['leastAvailable']}.")


def _grace(detail: Any) -> str:
    return (f"A kubelet renews its Lease every 10 s. After {detail['seconds']} s of silence its node counts as Unknown: the "
            "control plane cannot tell a dead machine from a cut cable.")


def _toleration(detail: Any) -> str:
    return (f"The taint is NoExecute, and the pod tolerates it for {detail['seconds']} s (tolerationSeconds). If the node is "
            "back by then, it stays.")


BY_RULE: dict[str, Callable[[Any], str]] = {
    "rank_for_deletion": _rank,
    "slow start": _slow_start,
    "rolling update": _rolling,
    "node-monitor-grace-period": _grace,
    "tolerationSeconds": _toleration,
    "desired = ceil(ratio × ready pods)": lambda detail: (
        f"desired = ceil(ratio × ready pods): from {detail['from']} to {detail['to']} replicas."),
    "ownerReferences and selector": lambda detail: (
        f"A controller takes in what its selector matches and nobody owns, and lets go of what no longer matches: "
        f"here {detail['owner']}."),
}
