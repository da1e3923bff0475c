"""`kubectl rollout`: undo is a patch that puts an old ReplicaSet's template back; pause and resume set one field.

Source: kubernetes staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollback.go (the template without the label
pod-template-hash, as a JSON patch), rollout_status.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.stories import kubectl

if TYPE_CHECKING:
    from tests.unit.stories.stage import Stage

Object = dict[str, Any]
JSON_PATCH = "application/json-patch+json"
REVISION = "deployment.kubernetes.io/revision"


def rollout(stage: Stage, words: list[str], options: Object) -> str:
    """undo, pause, resume, restart, status, history of a Deployment."""
    (resource, name), = kubectl.targets(words[1:])
    namespace = options.get("n", kubectl.NAMESPACE)
    if words[0] in ("pause", "resume"):
        return kubectl.change(stage, resource, name, {"spec": {"paused": words[0] == "pause" or None}}, options, f"{words[0]}d",
                              kubectl.MERGE)
    if words[0] == "status":
        return status(stage.now.get("deployments", name, namespace) or {})
    kept = owned(stage, name, namespace)
    if words[0] == "history":
        rows = [[str(revision), "<none>"] for revision in sorted(kept)]
        return kubectl.table(stage, ["REVISION", "CHANGE-CAUSE"], rows)
    if words[0] == "undo":
        wanted = int(options["to-revision"]) if "to-revision" in options else sorted(kept)[-2]
        template = kept[wanted]["spec"]["template"]
        labels = {key: value for key, value in template["metadata"]["labels"].items() if key != "pod-template-hash"}
        fresh = {**template, "metadata": {**template["metadata"], "labels": labels}}
        return kubectl.change(stage, resource, name, [{"op": "replace", "path": "/spec/template", "value": fresh}], options,
                              "rolled back", JSON_PATCH)
    raise ValueError(f"kubectl rollout {words[0]} is not known to the stories.")


def owned(stage: Stage, name: str, namespace: str) -> dict[int, Object]:
    """The Deployment's ReplicaSets by revision."""
    return {int(one["metadata"]["annotations"][REVISION]): one for one in stage.now.objects("replicasets", namespace=namespace)
            if any(owner["name"] == name for owner in one["metadata"].get("ownerReferences") or ())}


def status(deployment: Object) -> str:
    """The line that `kubectl rollout status` prints now (it does not wait)."""
    name, spec, now = deployment["metadata"]["name"], deployment["spec"], deployment.get("status") or {}
    if deployment["metadata"]["generation"] > now.get("observedGeneration", 0):
        return "Waiting for deployment spec update to be observed..."
    if any(one["type"] == "Progressing" and one.get("reason") == "ProgressDeadlineExceeded"
           for one in now.get("conditions") or ()):
        return f'error: deployment "{name}" exceeded its progress deadline'
    updated, wanted, total = now.get("updatedReplicas", 0), spec.get("replicas", 1), now.get("replicas", 0)
    available = now.get("availableReplicas", 0)
    begin = f'Waiting for deployment "{name}" rollout to finish: '
    if updated < wanted:
        return f"{begin}{updated} out of {wanted} new replicas have been updated..."
    if total > updated:
        return f"{begin}{total - updated} old replicas are pending termination..."
    if available < updated:
        return f"{begin}{available} of {updated} updated replicas are available..."
    return f'deployment "{name}" successfully rolled out'
