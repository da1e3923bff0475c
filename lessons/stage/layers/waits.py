"""Why it waits: what keeps a family from being what it should be, in words, with the sums of the rule that decides.

Each kind has one function here that asks its questions in the order in which the real controller would meet them.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.html import escape

from cluster_sim.api import meta, selectors
from lessons.stage.layers import budgets, families, pod_waits
from lessons.stage.layers.families import Family
from lessons.stage.mirror import Mirror

HASH = "controller-revision-hash"
RULES = "cluster_sim/controllers/"
NAMED = 3


@dataclass(frozen=True, slots=True)
class Wait:
    """`short` fits the card, `say` is safe HTML, `sums` are (rule, the sum, 'yes' or 'no')."""

    short: str
    say: str
    sums: tuple[tuple[str, str, str], ...] = ()
    file: str = ""


def why(family: Family, mirror: Mirror, now: float) -> Wait | None:
    """None: nothing is under way, or all of it goes on by itself."""
    asked = {"deployments": deployment, "replicasets": replicaset, "statefulsets": statefulset, "daemonsets": daemonset,
             "jobs": job, "cronjobs": cronjob, "pods": bare}[family.kind](family, mirror, now)
    return asked or _evictions(family, mirror)


def deployment(family: Family, mirror: Mirror, now: float) -> Wait | None:
    """Readiness and the two fences of the rollout."""
    obj, current = family.top, family.current
    bounds = budgets.of_deployment(obj)
    young = int(obj["spec"].get("minReadySeconds", 0))
    told = {families.uid(rs): int(rs["spec"].get("replicas", 1)) for rs in family.middles}
    available = sum(pod_waits.is_available(pod, mirror, now, young) for pod in family.pods)
    mine = [pod for pod in family.pods if current is not None and families.owner(pod) == families.uid(current)]
    new = sum(pod_waits.is_available(pod, mirror, now, young) for pod in mine)
    if current is not None and sum(told.values()) == told.get(families.uid(current), 0) == bounds.wants == new:
        return None
    if pod_waits.stopped(mirror, "kube-controller-manager"):
        return _stopped("counts its pods")
    if obj["spec"].get("paused") and len(family.middles) > 1:
        return Wait("paused", "Its rollout is paused where it is, until somebody resumes it.")
    refused = _refused(family.middles, mirror)
    if refused:
        return refused
    held, leaving = _pods(mine, mirror, now, young), _leaving(family)
    stuck = next((item for item in obj.get("status", {}).get("conditions", ())
                  if item["type"] == "Progressing" and item.get("reason") == "ProgressDeadlineExceeded"), None)
    say = [f"No progress for {obj['spec'].get('progressDeadlineSeconds', 600)} s: this rollout counts as stuck. "
           "It goes on trying; rolling back is up to you."] if stuck else []
    sums: tuple[tuple[str, str, str], ...] = ()
    total, old = sum(told.values()), sum(told.values()) - told.get(families.uid(current), 0) if current is not None else 0
    if old and budgets.is_rolling(obj):
        take, add = available - 1 >= bounds.least, total + 1 <= bounds.most
        sums = (("may take an old pod", f"available {available} − 1 {'≥' if take else '<'} least {bounds.least}", _yes(take)),)
        if told[families.uid(current)] < bounds.wants:
            sums += (("may add a new one", f"pods {total} + 1 {'≤' if add else '>'} most {bounds.most}", _yes(add)),)
        if not take and not add:
            say.append(f"{available} {'pod is' if available == 1 else 'pods are'} available, and {bounds.least} is the least. "
                       f"{total} {'pod exists' if total == 1 else 'pods exist'}, and {bounds.most} is the most. "
                       "It can neither take an old pod nor add a new one.")
    elif old:
        say.append("With Recreate it ends every old pod before it makes a new one.")
    file = f"{RULES}rolling_update.py" if sums else ""
    if held is not None:
        return Wait("stuck" if stuck else held.short, " ".join([*say, held.say]), sums, file)
    if leaving is not None and current is not None and (old or told.get(families.uid(current)) != bounds.wants):
        return Wait(leaving.short, " ".join([*say, leaving.say]), sums, file)
    return Wait("stuck", " ".join(say), sums) if stuck else None


def replicaset(family: Family, mirror: Mirror, now: float) -> Wait | None:
    """One that no Deployment owns."""
    obj = family.middles[0]
    if len(_staying(family)) < obj["spec"].get("replicas", 1):
        if pod_waits.stopped(mirror, "kube-controller-manager"):
            return _stopped("counts its pods")
        refused = _refused(family.middles, mirror)
        if refused:
            return refused
    return _pods(family.pods, mirror, now, int(obj["spec"].get("minReadySeconds", 0)))


def statefulset(family: Family, mirror: Mirror, now: float) -> Wait | None:
    """One after the other, by ordinal; the partition; OnDelete."""
    obj, status = family.top, family.top.get("status", {})
    name, young = obj["metadata"]["name"], int(obj["spec"].get("minReadySeconds", 0))
    wants, update = int(obj["spec"].get("replicas", 1)), status.get("updateRevision")
    start = int((obj["spec"].get("ordinals") or {}).get("start", 0))
    old = [pod for pod in family.pods if update and meta.labels(pod).get(HASH) != update and not meta.is_deleting(pod)]
    here = {families.ordinal(pod) for pod in family.pods}
    missing = [number for number in range(start, start + wants) if number not in here]
    ordered = obj["spec"].get("podManagementPolicy", "OrderedReady") == "OrderedReady"
    held = _pods(family.pods, mirror, now, young)
    if (missing or old) and pod_waits.stopped(mirror, "kube-controller-manager"):
        return _stopped("makes its pods")
    refused = _refused([obj], mirror) if missing else None
    if refused:
        return refused
    if held is not None:
        say = held.say
        if missing and ordered:
            say += f" <b>{escape(name)}-{missing[0]}</b> is made only when the one before it is ready (OrderedReady)."
        elif old and ordered:
            say += " Until it is ready, no other pod is replaced."
        return Wait(held.short, say, held.sums, f"{RULES}stateful_update.py")
    leaving = _leaving(family)
    if leaving is not None:
        return Wait(leaving.short, leaving.say + " Its name is free again only when it is gone.", file=f"{RULES}statefulset.py")
    if old and budgets.on_delete(obj):
        return Wait("waits for you", f"{_names(old)} {'has' if len(old) == 1 else 'have'} the old template. With OnDelete a pod "
                    "comes back new only after somebody deletes it.", file=f"{RULES}stateful_update.py")
    fence = budgets.partition(obj)
    below = [pod for pod in old if families.ordinal(pod) < start + fence]
    if below and len(below) == len(old):
        return Wait(f"partition {fence}", f"{_names(below)} {'keeps' if len(below) == 1 else 'keep'} the old template: partition "
                    f"{fence} lets only {escape(name)}-{start + fence} and above change.", file=f"{RULES}stateful_update.py")
    return None


def daemonset(family: Family, mirror: Mirror, now: float) -> Wait | None:
    """One on every node; how many may be missing."""
    obj, status = family.top, family.top.get("status", {})
    bounds = budgets.of_daemonset(obj)
    young = int(obj["spec"].get("minReadySeconds", 0))
    old = bounds.wants - int(status.get("updatedNumberScheduled", bounds.wants))
    if len(_staying(family)) < bounds.wants or old > 0:
        if pod_waits.stopped(mirror, "kube-controller-manager"):
            return _stopped("makes its pods")
        refused = _refused([obj], mirror) if len(family.pods) < bounds.wants else None
        if refused:
            return refused
    available = sum(pod_waits.is_available(pod, mirror, now, young) for pod in family.pods)
    take = available - 1 >= bounds.least
    sums = (("may take an old pod", f"available {available} − 1 {'≥' if take else '<'} least {bounds.least}", _yes(take)),) \
        if old > 0 and not budgets.on_delete(obj) else ()
    held = _pods(family.pods, mirror, now, young) or _leaving(family)
    if held is not None:
        return Wait(held.short, held.say, sums, f"{RULES}daemon_update.py" if sums else "")
    if old > 0 and budgets.on_delete(obj):
        return Wait("waits for you", f"{old} of its pods {'has' if old == 1 else 'have'} the old template. With OnDelete a pod "
                    "comes back new only after somebody deletes it.", file=f"{RULES}daemon_update.py")
    return None


def job(family: Family, mirror: Mirror, now: float) -> Wait | None:
    """Suspended, failed for good, or between two tries."""
    return _job(family.top, family.pods, mirror, now)


def cronjob(family: Family, mirror: Mirror, now: float) -> Wait | None:
    """Its Jobs, and what keeps it from making the next."""
    for each in reversed(family.middles):
        held = _job(each, [pod for pod in family.pods if families.owner(pod) == families.uid(each)], mirror, now)
        if held is not None:
            return held
    spec = family.top["spec"]
    if spec.get("suspend"):
        return Wait("suspended", "It is suspended: it makes no Jobs until somebody lets it.")
    if spec.get("concurrencyPolicy") == "Forbid" and family.top.get("status", {}).get("active"):
        return Wait("one at a time", "Its last Job is not done, and with Forbid it makes no second one beside it.",
                    file=f"{RULES}cronjob.py")
    return None


def bare(family: Family, mirror: Mirror, now: float) -> Wait | None:
    """Pods that nobody owns."""
    return _pods(family.pods, mirror, now, 0)


def _job(obj: Any, mine: list[Any], mirror: Mirror, now: float) -> Wait | None:
    status, spec = obj.get("status", {}), obj["spec"]
    for item in status.get("conditions", ()):
        if item["type"] == "Complete" and item["status"] == "True":
            return None
        if item["type"] == "Failed" and item["status"] == "True":
            return Wait("failed", f"It has given up: {escape(item.get('reason', ''))}. <q>{escape(item.get('message', ''))}</q>",
                        file=f"{RULES}job.py")
    if spec.get("suspend"):
        return Wait("suspended", "It is suspended: it makes no pods until somebody lets it.")
    going = [pod for pod in mine if pod.get("status", {}).get("phase") not in ("Succeeded", "Failed")]
    if not going and pod_waits.stopped(mirror, "kube-controller-manager"):
        return _stopped("makes its pods")
    refused = _refused([obj], mirror) if not going else None
    if refused:
        return refused
    failed = int(status.get("failed", 0))
    if failed and not going:
        return Wait("back-off", f"{failed} of its pods failed. It waits before the next try, longer each time, and gives up "
                    f"after {int(spec.get('backoffLimit', 6)) + 1}.", file=f"{RULES}job.py")
    return _pods(going, mirror, now, 0)


def _pods(mine: list[Any], mirror: Mirror, now: float, young: int) -> Wait | None:
    """What the pods wait for: the first of each reason, with the number of those that wait for the same."""
    told: dict[str, tuple[pod_waits.PodWait, int]] = {}
    for pod in mine:
        wait = pod_waits.why(pod, mirror, now, young)
        if wait is not None:
            first, count = told.get(wait.kind, (wait, 0))
            told[wait.kind] = (first, count + 1)
    if not told:
        return None
    says = [wait.say + (f" So {'does' if count == 2 else 'do'} {count - 1} more." if count > 1 else "")
            for wait, count in told.values()]
    return Wait(next(iter(told.values()))[0].short, " ".join(says[:2]))


def _refused(owners: list[Any], mirror: Mirror) -> Wait | None:
    """The API server does not let it make a pod: a quota, a webhook, a limit. ReplicaSets say so in a condition, the
    other kinds only by an Event."""
    for obj in owners:
        failure = next((item for item in obj.get("status", {}).get("conditions", ())
                        if item["type"] == "ReplicaFailure" and item["status"] == "True"), None)
        by_event = "" if obj.get("kind") == "ReplicaSet" else mirror.refusals.get(families.uid(obj), "")
        message = str(failure["message"]) if failure else by_event
        if message:
            quota = "exceeded quota" in message
            return Wait("quota is used up" if quota else "API server refuses",
                        f"The API server refuses another pod{': a quota of its namespace is used up' if quota else ''}. "
                        f"<q>{escape(message.removeprefix('Error creating: '))}</q>")
    return None


def _evictions(family: Family, mirror: Mirror) -> Wait | None:
    """A budget that lets nobody go holds back the drain of a cordoned node."""
    cordoned = {node["metadata"]["name"] for node in mirror.nodes.values() if node["spec"].get("unschedulable")}
    held = [pod for pod in family.pods if pod["spec"].get("nodeName") in cordoned and not meta.is_deleting(pod)]
    for budget in budgets_of(family, mirror) if held else ():
        status = budget.get("status", {})
        if not status.get("disruptionsAllowed", 0):
            name, node = escape(budget["metadata"]["name"]), escape(held[0]["spec"]["nodeName"])
            return Wait("budget blocks eviction", f"PodDisruptionBudget <b>{name}</b> lets none of its pods be evicted: "
                        f"{status.get('currentHealthy', 0)} are healthy, {status.get('desiredHealthy', 0)} must be. "
                        f"A drain of {node} waits for it.", file=f"{RULES}disruption.py")
    return None


def budgets_of(family: Family, mirror: Mirror) -> list[Any]:
    """The PodDisruptionBudgets whose selector chooses its pods."""
    if family.head is None:
        return []
    labels = family.head["spec"].get("template", {}).get("metadata", {}).get("labels") or {}
    return [item for item in mirror.budgets.values() if families.namespace(item) == families.namespace(family.head)
            and selectors.matches(item["spec"].get("selector"), labels)]


def _leaving(family: Family) -> Wait | None:
    gone = [pod for pod in family.pods if meta.is_deleting(pod)]
    if not gone:
        return None
    words = "is leaving, and keeps its place until then." if len(gone) == 1 else "are leaving, and keep their places until then."
    return Wait("old pods end", f"{_names(gone)} {words}")


def _stopped(does: str) -> Wait:
    return Wait("nobody counts", f"The controller manager is stopped: nobody {does}. When it starts again, all of it catches up.")


def _staying(family: Family) -> list[Any]:
    return [pod for pod in family.pods if not meta.is_deleting(pod)]


def _names(mine: list[Any]) -> str:
    shown = [f"<code>{escape(pod['metadata']['name'])}</code>" for pod in mine[:NAMED]]
    more = f" and {len(mine) - NAMED} more" if len(mine) > NAMED else ""
    return ", ".join(shown) + more


def _yes(so: bool) -> str:
    return "yes" if so else "no"

