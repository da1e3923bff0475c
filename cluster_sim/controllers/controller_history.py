"""ControllerRevisions: earlier templates of DaemonSets and StatefulSets, kept as objects.

A Deployment keeps its versions as ReplicaSets; these two own their pods directly, so each template they have had is
stored apart, numbered, and named by a hash. Going back to an earlier template makes its revision the newest again.

Source: kubernetes pkg/controller/history/controller_history.go.
"""

from __future__ import annotations

import json
from typing import Any

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.controllers import adoption
from cluster_sim.controllers.pods import Object, created
from cluster_sim.controllers.template_hash import hash_text
from cluster_sim.kernel import DETAIL

HASH = "controller-revision-hash"


def data_of(owner: Object) -> Object:
    """What a revision remembers: a patch that restores the template."""
    return {"spec": {"template": {**owner["spec"]["template"], "$patch": "replace"}}}


def revisions_of(controller: Controller, owner: Object) -> list[Object]:
    """The owner's revisions, oldest first."""
    found = adoption.owned(controller.lister("controllerrevisions"), owner)
    return sorted(found, key=lambda one: (one.get("revision", 0), created(one), meta.name(one)))


def find(revisions: list[Object], owner: Object) -> Object | None:
    """The newest revision that is the owner's present template."""
    data = data_of(owner)
    return next((one for one in reversed(revisions) if one.get("data") == data), None)


def new_revision(owner: Object, revisions: list[Object], collisions: int, word: str | None = None,
                 labels: dict[str, str] | None = None) -> Object:
    """A revision of the present template, numbered one above the last."""
    data = data_of(owner)
    text = json.dumps(data, sort_keys=True) + (str(collisions) if collisions else "")
    word = word or hash_text(text)
    return {
        "apiVersion": "apps/v1", "kind": "ControllerRevision",
        "metadata": {"name": f"{meta.name(owner)}-{word}", "namespace": meta.namespace(owner),
                     "labels": {**(labels or {}), HASH: word}, "ownerReferences": [meta.owner_reference(owner)]},
        "data": data, "revision": max((one.get("revision", 0) for one in revisions), default=0) + 1}


def ensure(controller: Controller, owner: Object, revisions: list[Object], made: Object, phrase: str) -> Object | None:
    """The revision of the present template, made the newest; None if that had to be written first."""
    found = find(revisions, owner)
    told: dict[str, Any] = {"subject": meta.name(made), "phrase": phrase, "args": {"owner": meta.name(owner)},
                            "level": DETAIL}
    if found is None:
        controller.create("controllerrevisions", made, then="revision", **told)
        return None
    if found is not revisions[-1]:
        controller.update("controllerrevisions", {**found, "revision": revisions[-1].get("revision", 0) + 1},
                          then="revision", **told)
        return None
    return found


def to_clean_up(revisions: list[Object], used: list[str], limit: int) -> list[Object]:
    """The oldest revisions beyond the limit that no pod has any more; `used` are names."""
    unused = [one for one in revisions if meta.name(one) not in used]
    return unused[:max(0, len(unused) - limit)]
