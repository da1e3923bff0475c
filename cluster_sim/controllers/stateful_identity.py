"""The identity of a StatefulSet's pod: its ordinal, its name in DNS, its own claims.

Source: kubernetes pkg/controller/statefulset/stateful_set_utils.go.
"""

from __future__ import annotations

import re

from cluster_sim.api import meta
from cluster_sim.controllers import pods
from cluster_sim.controllers.controller_history import HASH
from cluster_sim.controllers.pods import Object

POD_NAME, POD_INDEX = "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"


def ordinal_of(pod: Object) -> int:
    """The number its name ends in; -1 if there is none."""
    found = re.fullmatch(r".*-(\d+)", meta.name(pod))
    return int(found[1]) if found else -1


def ordinals(statefulset: Object) -> range:
    """The ordinals that should exist."""
    start = (statefulset["spec"].get("ordinals") or {}).get("start", 0)
    return range(start, start + statefulset["spec"].get("replicas", 1))


def stateful_pod(statefulset: Object, template: Object, revision: str, ordinal: int) -> Object:
    """The pod of an ordinal, from the template of a revision."""
    name = f"{meta.name(statefulset)}-{ordinal}"
    pod = pods.from_template(template, statefulset, generateName=None, name=name)
    labels = {**meta.labels(pod), POD_NAME: name, POD_INDEX: str(ordinal), HASH: revision}
    spec = {**pod["spec"], "hostname": name}
    if statefulset["spec"].get("serviceName"):
        spec["subdomain"] = statefulset["spec"]["serviceName"]
    claims = [{"name": meta.name(claim), "persistentVolumeClaim": {"claimName": claim_name(claim, name)}}
              for claim in claim_templates(statefulset)]
    taken = [claim["name"] for claim in claims]
    volumes = [*claims, *(volume for volume in spec.get("volumes") or () if volume["name"] not in taken)]
    return {**meta.with_metadata(pod, labels=labels), "spec": {**spec, "volumes": volumes} if volumes else spec}


def claim_templates(statefulset: Object) -> list[Object]:
    """spec.volumeClaimTemplates."""
    return statefulset["spec"].get("volumeClaimTemplates") or []


def claim_name(template: Object, pod: str) -> str:
    """`data-db-0`."""
    return f"{meta.name(template)}-{pod}"


def claims_of(statefulset: Object, pod: str) -> list[Object]:
    """The claims a pod needs, as they are created."""
    selector = (statefulset["spec"].get("selector") or {}).get("matchLabels") or {}
    made = []
    for template in claim_templates(statefulset):
        given = template.get("metadata") or {}
        kept = {field: given[field] for field in ("annotations",) if given.get(field)}
        made.append({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": template["spec"],
                     "metadata": {"name": claim_name(template, pod), "namespace": meta.namespace(statefulset), **kept,
                                  "labels": {**(given.get("labels") or {}), **selector}}})
    return made


def claim_holder(statefulset: Object, pod: Object) -> Object | None:
    """Who takes a pod's claims along: the pod when it is one too many, else the StatefulSet, or nobody."""
    when_scaled, when_deleted = retention(statefulset)
    if when_scaled == "Delete" and ordinal_of(pod) not in ordinals(statefulset):
        return pod
    return statefulset if when_deleted == "Delete" else None


def is_stale(claim: Object, pod: str) -> bool:
    """It belongs to an earlier pod of that name: it goes, and a new one must come."""
    return any(ref["kind"] == "Pod" and ref["name"] == pod for ref in meta.owners(claim))


def retention(statefulset: Object) -> tuple[str, str]:
    """(whenScaled, whenDeleted): Retain or Delete."""
    policy = statefulset["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
    return policy.get("whenScaled", "Retain"), policy.get("whenDeleted", "Retain")
