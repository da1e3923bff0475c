"""The cards of owners, the budgets and autoscalers that govern them, and the sentences of what waits."""

from typing import Any

from django.urls import reverse
from django.utils.html import escape

from cluster_sim.api import meta
from lessons.stage import icons, pods
from lessons.stage.element import View, put
from lessons.stage.layers import budgets, families
from lessons.stage.layers import waits as reasons
from lessons.stage.layers.families import Family
from lessons.stage.layers.waits import Wait
from lessons.stage.mirror import Mirror

SLOTS = 12
KIND = {"deployments": "Deployment", "statefulsets": "StatefulSet", "daemonsets": "DaemonSet", "cronjobs": "CronJob",
        "jobs": "Job", "replicasets": "ReplicaSet"}
SCALED = {"deployments": "Deployment", "statefulsets": "StatefulSet", "replicasets": "ReplicaSet"}
CLAIMS_SHOWN = 3


def draw(view: View, family: Family, wait: Wait | None, mirror: Mirror, now: float, one_by_one: bool) -> None:
    """The family's column with its owners."""
    host = f"fam-{family.uid}"
    head = family.head
    name = f"{KIND[family.kind]} {head['metadata']['name']}" if head is not None else "Pods without owner"
    put(view, host, "layer-families", "layer_family", {
        "@data-width": str(families.width(family, _room)), "@data-many": "" if one_by_one else "1",
        "@data-kind": family.kind, "@aria-label": name,
        "alone": "no owner: nobody makes another" if head is None else "",
    })
    if family.top is not None:
        _top(view, family, wait, mirror)
        _governors(view, f"ltop-{family.uid}", family, mirror)
    for obj in family.middles:
        _middle(view, family, obj, None if family.top is not None else wait, mirror)
        if family.top is None:
            _governors(view, f"lmid-{families.uid(obj)}", family, mirror)


def waits(view: View, family: Family, wait: Wait) -> None:
    """What keeps it, in the column beside the stage."""
    head = family.head
    plural = family.kind
    sums = "".join(f"<p><b>{rule}</b><span>{escape(text)}</span><em>{yes}</em></p>" for rule, text, yes in wait.sums)
    link = f'<a href="{reverse("source", args=[wait.file])}"><code>{wait.file.rpartition("/")[2]}</code></a>' if wait.file else ""
    put(view, f"wait-{family.uid}", "waits", "layer_wait", {
        "ref": _ref(plural, head) if head is not None else "",
        "name": f"{KIND[plural]} {head['metadata']['name']}{families.where(head)}" if head is not None else "Pods without owner",
        "%say": wait.say, "%sums": sums, "%file": link,
    })


def _room(family: Family) -> int:
    if family.kind == "deployments":
        return max(3, budgets.of_deployment(family.top).most)
    if family.kind == "daemonsets":
        return budgets.of_daemonset(family.top).most
    if family.kind == "jobs":
        return int(family.top["spec"].get("parallelism", 1))
    return int(family.head["spec"].get("replicas", 1)) if family.kind in SCALED and family.head is not None else 2


def _ref(plural: str, obj: Any) -> str:
    return f"{plural}/{families.namespace(obj)}/{obj['metadata']['name']}"


def _short(wait: Wait | None) -> str:
    return f"waits: {wait.short}" if wait is not None else ""


def _top(view: View, family: Family, wait: Wait | None, mirror: Mirror) -> None:
    obj, plural = family.top, family.kind
    looks = [pods.facts(pod, mirror).look for pod in family.pods]
    told = {"deployments": _deployment, "statefulsets": _statefulset, "daemonsets": _daemonset, "cronjobs": _cronjob,
            "jobs": _job}[plural](family, looks, mirror)
    name = obj["metadata"]["name"]
    put(view, f"ltop-{family.uid}", f"top-fam-{family.uid}", "layer_owner", {
        "uid": family.uid, "kind": KIND[plural], "name": name, "ref": _ref(plural, obj),
        "@data-kind": plural, "@data-waits": "1" if wait is not None else "",
        "where": families.where(obj).strip(), "wait": _short(wait),
        "%change": "", "*squares": "", "%ordinals": "", "leaving": "", "%budget": "",
        **told,
        "@aria-label": f"{KIND[plural]} {name}, {told['wants']}" + (f", {_short(wait)}" if wait is not None else ""),
    })


def _deployment(family: Family, looks: list[str], mirror: Mirror) -> dict[str, str]:
    obj, bounds = family.top, budgets.of_deployment(family.top)
    images = list(dict.fromkeys(image(rs) for rs in family.middles))
    change = " → ".join(f"<s>{escape(each)}</s>" if each != image(obj) else escape(each) for each in images)
    counted = [look for look in looks if look != "terminating"]
    available = sum(look == "running" for look in counted)
    limits = f"<b>{available} available</b>, at least {bounds.least}: {bounds.wants} − maxUnavailable {bounds.unavailable}" \
        f"<br><b>{len(counted)} {_pods(len(counted))}</b>, at most {bounds.most}: {bounds.wants} + maxSurge {bounds.surge}"
    if not budgets.is_rolling(obj):
        limits = f"<b>{available} available</b>. Recreate: all of the old end before one of the new is made"
    return {"wants": f"wants {bounds.wants}", "%change": change, "*squares": budgets.squares(looks, bounds),
            "leaving": _leaving(looks), "%budget": limits}


def _leaving(looks: list[str]) -> str:
    return "leaving: not counted, but each still has its place" if "terminating" in looks else ""


def _statefulset(family: Family, looks: list[str], mirror: Mirror) -> dict[str, str]:
    obj, bounds, fence = family.top, budgets.of_statefulset(family.top), budgets.partition(family.top)
    start = int((obj["spec"].get("ordinals") or {}).get("start", 0))
    update = obj.get("status", {}).get("updateRevision")
    here = {families.ordinal(pod): pod for pod in family.pods}
    numbers = sorted({*range(start, start + bounds.wants), *here})
    pieces = []
    for number in numbers[:budgets.SQUARES]:
        pod = here.get(number)
        look = pods.facts(pod, mirror).look if pod is not None else "free"
        old = pod is not None and update and meta.labels(pod).get(reasons.HASH) != update
        if fence and number == start + fence:
            pieces.append('<i class="fence"></i>')
        mark = icons.mark("c-pending" if look == "free" else f"c-{look}", "ctr", look)
        pieces.append(f"<span{' class=old' if old else ''}>{mark}<b>{number}</b>{'<small>old</small>' if old else ''}</span>")
    rule = "with OnDelete a pod changes when somebody deletes it" if budgets.on_delete(obj) else \
        f"partition {fence}: only {start + fence} and above get a new template" if fence else \
        f"an update goes from the last to the first, {bounds.unavailable} at once"
    ordered = obj["spec"].get("podManagementPolicy", "OrderedReady") == "OrderedReady"
    order = "one after the other: 0 first" if ordered and not start else "one after the other" if ordered else "all at once"
    return {"wants": f"wants {bounds.wants}, made {order}", "%ordinals": "".join(pieces), "leaving": "",
            "%budget": rule + _claims(obj, here, mirror)}


def _claims(obj: Any, here: dict[int, Any], mirror: Mirror) -> str:
    """Its disks: which it has, and which stay for a pod that is not there."""
    kept = []
    for template in obj["spec"].get("volumeClaimTemplates", ()):
        prefix = f"{template['metadata']['name']}-{obj['metadata']['name']}-"
        kept += [name for claim in mirror.claims.values() if families.namespace(claim) == families.namespace(obj)
                 and (name := claim["metadata"]["name"]).startswith(prefix)
                 and name[len(prefix):].isdigit() and int(name[len(prefix):]) not in here]
    if not kept:
        return ""
    more = f" and {len(kept) - CLAIMS_SHOWN} more" if len(kept) > CLAIMS_SHOWN else ""
    return f"<br><b>kept for a pod that comes again:</b> <code>{escape(', '.join(sorted(kept)[:CLAIMS_SHOWN]))}</code>{more}"


def _daemonset(family: Family, looks: list[str], mirror: Mirror) -> dict[str, str]:
    bounds = budgets.of_daemonset(family.top)
    surge = f" + maxSurge {bounds.surge}" if bounds.surge else ""
    limits = "with OnDelete a pod changes when somebody deletes it" if budgets.on_delete(family.top) else \
        f"at least {bounds.least} available: {bounds.wants} − maxUnavailable {bounds.unavailable}{surge}"
    return {"wants": f"wants 1 on each of {bounds.wants} node{'' if bounds.wants == 1 else 's'}",
            "*squares": budgets.squares(looks, bounds), "leaving": _leaving(looks), "%budget": limits}


def _job(family: Family, looks: list[str], mirror: Mirror) -> dict[str, str]:
    return job(family.top)


def job(obj: Any) -> dict[str, str]:
    """A Job's counts: what has succeeded, what runs, what failed."""
    spec, status = obj["spec"], obj.get("status", {})
    wants, done = int(spec.get("completions") or spec.get("parallelism", 1)), int(status.get("succeeded", 0))
    runs, failed = int(status.get("active", 0)), int(status.get("failed", 0))
    row = ["c-completed|completed"] * done + ["c-running|running"] * runs + ["c-pending|free"] * max(0, wants - done - runs)
    return {"wants": f"{done} of {wants} done, {runs} {'runs' if runs == 1 else 'run'}",
            "*squares": " ".join(row) if len(row) <= budgets.SQUARES else "",
            "%budget": f"{spec.get('parallelism', 1)} at once; <b>{failed} failed</b>, "
                       f"gives up after {int(spec.get('backoffLimit', 6)) + 1}"}


def _cronjob(family: Family, looks: list[str], mirror: Mirror) -> dict[str, str]:
    spec, status = family.top["spec"], family.top.get("status", {})
    last = str(status.get("lastScheduleTime") or "").partition("T")[2].removesuffix("Z")
    overlap = {"Forbid": "no second Job beside a first", "Replace": "a new Job replaces one that still runs"}.get(
        spec.get("concurrencyPolicy", "Allow"), "Jobs may run side by side")
    return {"wants": f"a Job at {spec.get('schedule', '')}",
            "%budget": f"{escape(f'last made at {last}' if last else 'none made yet')}<br>{overlap}"}


def _middle(view: View, family: Family, obj: Any, wait: Wait | None, mirror: Mirror) -> None:
    plural, uid, name = family.middle, families.uid(obj), obj["metadata"]["name"]
    fields = {"uid": uid, "kind": KIND[plural], "name": name, "ref": _ref(plural, obj), "@data-owner": families.owner(obj),
              "@data-waits": "1" if wait is not None else "", "wait": _short(wait), "@data-kind": plural,
              "image": "", "goal": "", "*places": "", "*squares": ""}
    if plural == "jobs":
        told = job(obj)
        fields |= {"count": told["wants"], "*squares": told["*squares"], "@data-current": "1",
                   "@aria-label": f"Job {name}, {told['wants']}"}
    else:
        current = family.current is obj
        wants = int(obj["spec"].get("replicas", 1))
        has = sum(1 for pod in family.pods if families.owner(pod) == uid and not meta.is_deleting(pod))
        goal = (int(family.top["spec"].get("replicas", 1)) if current else 0) if family.top is not None else wants
        filled = min(has, SLOTS)
        fields |= {"image": image(obj), "@data-current": "1" if current else "", "count": f"wants {wants}, has {has}",
                   "*places": " ".join(["=f"] * filled + ["=e"] * max(0, min(max(wants, goal), SLOTS) - has)),
                   "goal": f"on its way to {goal}" if goal != wants else "" if family.top is not None else "no owner",
                   "@aria-label": f"ReplicaSet {name}, wants {wants}, has {has}"}
    put(view, f"lmid-{uid}", f"mid-fam-{family.uid}", "layer_middle", fields)


def _governors(view: View, card: str, family: Family, mirror: Mirror) -> None:
    """Autoscalers that set its replicas, budgets that hold back evictions of its pods."""
    head = family.head
    for scaler in mirror.autoscalers.values():
        target = scaler["spec"]["scaleTargetRef"]
        if families.namespace(scaler) == families.namespace(head) and target["name"] == head["metadata"]["name"] \
                and target["kind"] == SCALED.get(family.kind):
            _governor(view, card, "HPA", "horizontalpodautoscalers", scaler, *_scales(scaler))
    for budget in reasons.budgets_of(family, mirror):
        allowed = int(budget.get("status", {}).get("disruptionsAllowed", 0))
        _governor(view, card, "PDB", "poddisruptionbudgets", budget,
                  f"{allowed} may be evicted now" if allowed else "nobody may be evicted now", not allowed)


def _scales(scaler: Any) -> tuple[str, bool]:
    spec, status = scaler["spec"], scaler.get("status", {})
    broken = next((item for item in status.get("conditions", ()) if item["type"] in ("AbleToScale", "ScalingActive")
                   and item["status"] == "False" and item.get("reason") != "ScalingDisabled"), None)
    says = f"{spec.get('minReplicas', 1)} to {spec['maxReplicas']}"
    if broken:
        return f"{says}; cannot tell how many: {broken['reason']}", False
    return f"{says}, wants {status.get('desiredReplicas', 0)}", False


def _governor(view: View, card: str, short: str, plural: str, obj: Any, says: str, blocked: bool) -> None:
    name = obj["metadata"]["name"]
    put(view, f"lgov-{families.uid(obj)}-{card}", f"gov-{card}", "layer_governor", {
        "short": short, "name": name, "ref": _ref(plural, obj), "says": says, "@data-blocked": "1" if blocked else "",
        "#mark": "lock" if blocked else "unknown" if "cannot" in says else "check"})


def image(obj: Any) -> str:
    """The image of its container; of several only their number has room."""
    containers = obj["spec"].get("template", obj).get("spec", {}).get("containers") or [{}]
    return str(containers[0].get("image", "")) if len(containers) == 1 else f"{len(containers)} containers"


def _pods(count: int) -> str:
    return "pod" if count == 1 else "pods"
