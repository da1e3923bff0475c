"""The namespace controller: a deleted namespace is emptied first, and goes when nothing is left in it.

Deleting a namespace only marks it (phase Terminating; from then on nothing new may be created in it). This controller
then deletes what it holds, pods first, and at the end takes `kubernetes` out of spec.finalizers, which lets the API
server remove it. What has finalizers of its own stays until somebody removes those: the conditions name it.

The real controller waits 5 s before it begins, asks discovery for every resource and lists each; ours looks into the
manager's local copies. In the recordings of a real cluster that our tests hold us to (tests/golden, area namespace)
contents were untouched 23 s after the deletion, so ours begins a little later still.

Source: kubernetes pkg/controller/namespace/deletion/namespaced_resources_deleter.go, status_condition_utils.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta, resources
from cluster_sim.api.conditions import set_condition
from cluster_sim.api.resources import Resource
from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.controllers.custom_kinds import DEFINITIONS, custom_resources
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.refusals import refused
from cluster_sim.kernel import SECOND, timestamps
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "namespace.empty": "Namespace controller deletes all {resource} in {namespace}: there are {count}",
    "namespace.remaining": "Namespace controller still finds something in {namespace}: {remaining}",
    "namespace.finish": "Namespace controller finds {namespace} empty and lets it go",
}, file="cluster_sim/controllers/namespace.py")

DELAY = 25 * SECOND
HELD = "Some content in the namespace has finalizers remaining: "
FINALIZER_ESTIMATE = 15  # seconds until the next look at what only a finalizer keeps
FINE = (
    ("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"),
    ("NamespaceDeletionGroupVersionParsingFailure", "ParsedGroupVersions",
     "All legacy kube types successfully parsed"),
    ("NamespaceDeletionContentFailure", "ContentDeleted",
     "All content successfully deleted, may be waiting on finalization"),
)


class NamespaceController(Controller):
    """Namespaces on their way out."""

    name = "namespace"
    account = "namespace-controller"
    watches = ("namespaces",)

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """Only namespaces that are being deleted need anything."""
        return (meta.name(new),) if new is not None and meta.is_deleting(new) else ()

    def sync(self, key: str, span: int) -> None:
        """After the pause, delete what is in there: pods first, then everything else, Events too."""
        namespace = self.lister("namespaces").get(key)
        if namespace is None or not meta.is_deleting(namespace):
            return
        since = self.kernel.epoch + self.now - timestamps.parse(namespace["metadata"]["deletionTimestamp"])
        if since < DELAY:
            self.requeue(key, DELAY - since)
            return
        contents = self.contents(key)
        for resource in ["pods"] if "pods" in contents else [*contents, "events"]:
            told = {"resource": resource, "namespace": key, "count": len(contents.get(resource, ()))}
            self.delete_all(self.custom().get(resource, resource), key, then="emptied", args=told,
                            subject=f"{resource} in {key}", phrase="namespace.empty" if told["count"] else "")

    def after(self, key: str, answers: list[Answer], span: int) -> None:
        """Say what is left, or go on if that was quick."""
        namespace = self.lister("namespaces").get(key)
        if namespace is None or answers[0][0] != "emptied" or refused(answers):
            return
        contents = self.contents(key)
        if not contents:
            self.finish(namespace)
            return
        stuck = [obj for objects in contents.values() for obj in objects]
        if not any(meta.is_deleting(obj) for obj in stuck):
            self.requeue(key, 0)  # only pods are gone so far
            return
        self.tell_remaining(namespace, contents)
        graces = [obj["metadata"].get("deletionGracePeriodSeconds") or 0 for obj in stuck]
        estimate = max([*graces, FINALIZER_ESTIMATE if any(meta.finalizers(obj) for obj in stuck) else 0])
        self.requeue(key, (estimate // 2 + 1) * SECOND)

    def contents(self, namespace: str) -> dict[str, list[Object]]:
        """What is in the namespace, by resource."""
        found = {resource: informer.list(namespace) for resource, informer in self.process.informers.items()}
        return {resource: objects for resource, objects in found.items() if objects}

    def custom(self) -> dict[str, Resource]:
        """The custom kinds there are."""
        return custom_resources(self.lister(DEFINITIONS).list())

    def tell_remaining(self, namespace: Object, contents: dict[str, list[Object]]) -> None:
        """Conditions name what is left, and the finalizers that keep it."""
        left = sorted(f"{_full_name(resource)} has {len(objects)} resource instances"
                      for resource, objects in contents.items())
        finalizers: dict[str, int] = {}
        for obj in (obj for objects in contents.values() for obj in objects):
            for finalizer in meta.finalizers(obj):
                finalizers[finalizer] = finalizers.get(finalizer, 0) + 1
        held = [f"{finalizer} in {count} resource instances" for finalizer, count in sorted(finalizers.items())]
        now = self.kernel.timestamp()
        conditions = (namespace.get("status") or {}).get("conditions")
        for kind, reason, message in FINE:
            conditions = set_condition(conditions, kind, "False", reason, message, now)
        conditions = set_condition(conditions, "NamespaceContentRemaining", "True", "SomeResourcesRemain",
                                   "Some resources are remaining: " + ", ".join(left), now)
        if held:
            conditions = set_condition(conditions, "NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain",
                                       f"{HELD}{', '.join(held)}", now)
        else:
            conditions = set_condition(conditions, "NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers",
                                       "All content-preserving finalizers finished", now)
        status = {**(namespace.get("status") or {}), "conditions": conditions}
        if status != namespace.get("status"):
            self.update_status("namespaces", {**namespace, "status": status}, then="told", subject=meta.name(namespace),
                               phrase="namespace.remaining",
                               args={"namespace": meta.name(namespace), "remaining": ", ".join(left)})

    def finish(self, namespace: Object) -> None:
        """Take our finalizer out of the spec."""
        spec = namespace.get("spec") or {}
        left = [finalizer for finalizer in spec.get("finalizers", ()) if finalizer != "kubernetes"]
        self.update("namespaces", {**namespace, "spec": {**spec, "finalizers": left}}, subresource="finalize",
                    then="finished", subject=meta.name(namespace), phrase="namespace.finish",
                    args={"namespace": meta.name(namespace)})


def _full_name(resource: str) -> str:
    """`pods.` and `deployments.apps`: upstream's words join resource and group with a dot, whatever the group."""
    if "." in resource:
        return resource
    found = resources.by_plural(resource)
    return f"{resource}.{found.group if found else ''}"
