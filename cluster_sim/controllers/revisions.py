"""Revisions of a Deployment: which ReplicaSet is the new one, what number it has, which old ones are kept.

A Deployment's versions are its ReplicaSets. The new one is that whose template equals the Deployment's (the hash label
apart); going back to an earlier template makes the old ReplicaSet the newest again, under a new number.

Source: kubernetes pkg/controller/deployment/util/deployment_util.go (FindNewReplicaSet, SetNewReplicaSetAnnotations)
and sync.go (cleanupDeployment).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import meta
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.proportional_scaling import DESIRED, MAX
from cluster_sim.controllers.rolling_update import may_surge, oldest_first, spec_replicas, wanted

REVISION = "deployment.kubernetes.io/revision"
HISTORY = "deployment.kubernetes.io/revision-history"
HASH_LABEL = "pod-template-hash"
HISTORY_CHARACTERS = 2000
NOT_COPIED = ("kubectl.kubernetes.io/last-applied-configuration", REVISION, HISTORY, DESIRED, MAX,
              "deprecated.deployment.rollback.to")


def without_hash(template: Object) -> Object:
    """A template without the label that tells versions apart."""
    given = template.get("metadata") or {}
    if HASH_LABEL not in (given.get("labels") or {}):
        return template
    labels = {key: value for key, value in given["labels"].items() if key != HASH_LABEL}
    return {**template, "metadata": {**given, "labels": labels}}


def same_template(one: Object, other: Object) -> bool:
    """Whether two templates ask for the same pods."""
    left, right = without_hash(one), without_hash(other)
    return left.get("spec") == right.get("spec") and _kept(left) == _kept(right)


def _kept(template: Object) -> dict[str, Any]:
    return {key: value for key, value in (template.get("metadata") or {}).items() if value}


def find_new(deployment: Object, replicasets: list[Object]) -> Object | None:
    """The ReplicaSet of the present template; if there are several, the oldest."""
    template = deployment["spec"]["template"]
    return next((replicaset for replicaset in oldest_first(replicasets)
                 if same_template(replicaset["spec"]["template"], template)), None)


def revision(obj: Object) -> int:
    """The number in its annotation; 0 without one."""
    text = meta.annotations(obj).get(REVISION, "")
    return int(text) if text.isdecimal() else 0


def next_revision(old: list[Object]) -> int:
    """One more than any old ReplicaSet has."""
    return max((revision(replicaset) for replicaset in old), default=0) + 1


def annotations_for(deployment: Object, replicaset: Object | None, number: int) -> dict[str, str]:
    """The annotations of the new ReplicaSet: the Deployment's, its revision, and the revisions it had before."""
    own = meta.annotations(replicaset) if replicaset else {}
    copied = {key: value for key, value in meta.annotations(deployment).items() if key not in NOT_COPIED}
    annotations = {**own, **copied}
    if revision(replicaset or {}) < number:
        annotations[REVISION] = str(number)
        if REVISION in own:
            annotations[HISTORY] = _history(own)
    return annotations if replicaset else {**annotations, **size_annotations(deployment)}


def _history(own: dict[str, str]) -> str:
    past = [*own[HISTORY].split(","), own[REVISION]] if own.get(HISTORY) else [own[REVISION]]
    while len(",".join(past)) > HISTORY_CHARACTERS and len(past) > 1:
        past = past[1:]
    return ",".join(past)


def size_annotations(deployment: Object) -> dict[str, str]:
    """What the ReplicaSet was scaled for: a later change of spec.replicas is known by it."""
    return {DESIRED: str(wanted(deployment)), MAX: str(wanted(deployment) + may_surge(deployment))}


def new_replicaset(deployment: Object, template_hash: str, size: int, number: int) -> Object:
    """The ReplicaSet of the present template."""
    spec, name = deployment["spec"], meta.name(deployment)
    template = spec["template"]
    given = template.get("metadata") or {}
    labels = {**(given.get("labels") or {}), HASH_LABEL: template_hash}
    selector = spec["selector"]
    selector = {**selector, "matchLabels": {**(selector.get("matchLabels") or {}), HASH_LABEL: template_hash}}
    made: Object = {
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {"name": f"{name}-{template_hash}", "namespace": meta.namespace(deployment), "labels": labels,
                     "annotations": annotations_for(deployment, None, number),
                     "ownerReferences": [meta.owner_reference(deployment)]},
        "spec": {"replicas": size, "selector": selector,
                 "template": {**template, "metadata": {**given, "labels": labels}}},
    }
    if spec.get("minReadySeconds"):
        made["spec"]["minReadySeconds"] = spec["minReadySeconds"]
    return made


def to_clean_up(deployment: Object, old: list[Object]) -> list[Object]:
    """Old ReplicaSets beyond revisionHistoryLimit that are empty: the lowest revisions."""
    limit = deployment["spec"].get("revisionHistoryLimit")
    alive = [replicaset for replicaset in old if not meta.is_deleting(replicaset)]
    if limit is None or len(alive) <= limit:
        return []
    ordered = sorted(oldest_first(alive), key=revision)[:len(alive) - limit]
    return [replicaset for replicaset in ordered if _is_empty(replicaset)]


def _is_empty(replicaset: Object) -> bool:
    status = replicaset.get("status") or {}
    seen = meta.generation(replicaset) <= status.get("observedGeneration", 0)
    return not status.get("replicas") and not spec_replicas(replicaset) and seen
