"""From client-side to server-side apply: what `kubectl apply` once sent counts as kubectl's own.

kubectl keeps its last configuration in an annotation. When it applies on the server for the first time, what still is
as that configuration said is no conflict, whoever is noted as its owner; and the annotation follows what it sends now.
Upstream: k8s.io/apimachinery/pkg/util/managedfields/internal (lastappliedmanager.go, lastappliedupdater.go).
"""

from __future__ import annotations

import json
from typing import Any

from cluster_sim.api import meta

from . import field_sets, typed
from .field_sets import Paths
from .structure import Structure

Object = dict[str, Any]

ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration"
KUBECTL = "kubectl"  # the manager this is for; who wants none of it takes another name


def allowed(live: Object | None, structure: Structure, manager: str) -> Paths:
    """What this manager may take without force."""
    text = (meta.metadata(live or {}).get("annotations") or {}).get(ANNOTATION)
    if manager != KUBECTL or live is None or not text:
        return {}
    try:
        last = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(last, dict) or last.get("apiVersion") != live.get("apiVersion") or typed.problems(last, structure):
        return {}
    found = typed.compare(last, live, structure)
    changed = field_sets.union(found.modified, found.added, found.removed)
    return field_sets.difference(field_sets.owned(last, structure), changed)


def noted(made: Object, config: Object, manager: str) -> Object:
    """The object with the annotation brought up to what was applied."""
    annotations = meta.metadata(made).get("annotations") or {}
    if manager != KUBECTL or not annotations.get(ANNOTATION):
        return made
    own = {key: value for key, value in (meta.metadata(config).get("annotations") or {}).items() if key != ANNOTATION}
    sent = meta.with_metadata(config, annotations=own or None)
    text = json.dumps(sent, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
    return meta.with_metadata(made, annotations={**annotations, ANNOTATION: text})
