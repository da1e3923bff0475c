"""The Deployment controller: versions of a ReplicaSet, and the way from one to the next.

It watches Deployments and ReplicaSets, never touches a pod, and works only by setting the sizes of ReplicaSets.
A Deployment's template has a ReplicaSet of its own for each version (revisions.py). At each look it does one step:

1. adopts ReplicaSets that match and belong to nobody, releases those that no longer match;
2. if spec.replicas changed, scales (proportional_scaling.py);
3. else goes one step from the old ReplicaSets to the new one (rolling_update.py); with strategy Recreate the new one
   waits until no pod of the old ones is left;
4. writes the status (deployment_status.py). What the step brought about makes the next look.

Source: kubernetes pkg/controller/deployment (deployment_controller.go, sync.go, rolling.go, recreate.go).
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.client.controller_host import ControllerHost
from cluster_sim.controllers import adoption, pods, revisions, rolling_update
from cluster_sim.controllers import deployment_status as states
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.proportional_scaling import is_scaling_event, sizes_for
from cluster_sim.controllers.refusals import is_namespace_terminating, refused
from cluster_sim.controllers.rolling_update import spec_replicas, wanted
from cluster_sim.controllers.template_hash import compute_hash
from cluster_sim.kernel import DETAIL
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "deployment.create": "Deployment controller sees a new template and creates ReplicaSet {replicaset} for {pods}",
    "deployment.up": "Deployment controller scales {replicaset} up from {from} to {to}",
    "deployment.down": "Deployment controller scales {replicaset} down from {from} to {to}",
    "deployment.revision": "Deployment controller makes {replicaset} revision {revision}",
    "deployment.clean": "Deployment controller deletes {replicaset}: revisionHistoryLimit is {limit}",
    "deployment.status": "Deployment controller writes down how far {deployment} is: {reason}",
}, file="cluster_sim/controllers/deployment.py")


class DeploymentController(Controller):
    """ReplicaSets of Deployments."""

    name = "deployment"
    account = "deployment-controller"
    watches = ("deployments", "replicasets", "pods")

    def __init__(self, process: ControllerHost) -> None:
        super().__init__(process)
        adoption.index_by_controller(self.lister("replicasets"))
        adoption.index_by_controller(self.lister("pods"))

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A Deployment itself; for a ReplicaSet its owner; for a pod that has gone, the owner if it waits for that."""
        if resource == "deployments":
            return super().keys(resource, old, new)
        if resource == "pods":
            return self._waiting_for(old) if new is None else ()
        found = adoption.interested(self.lister("deployments"), new, "Deployment")
        if new is None or (old is not None and meta.controller_of(old) != meta.controller_of(new)):
            found += adoption.interested(self.lister("deployments"), old, "Deployment")
        return found

    def _waiting_for(self, pod: Object | None) -> list[str]:
        """The Deployment that recreates its pods, of which this was one."""
        owner = meta.controller_of(pod) if pod else None
        if pod is None or owner is None or owner["kind"] != "ReplicaSet":
            return []
        replicaset = self.lister("replicasets").get(f"{meta.namespace(pod)}/{owner['name']}")
        keys = adoption.interested(self.lister("deployments"), replicaset, "Deployment")
        found = [(key, self.lister("deployments").get(key)) for key in keys]
        return [key for key, deployment in found if deployment and not rolling_update.is_rolling(deployment)]

    def sync(self, key: str, span: int) -> None:
        """One step."""
        deployment = self.lister("deployments").get(key)
        if deployment is None or adoption.claim(self, "replicasets", deployment, self.replicasets_of(deployment)):
            return
        new, old = self.versions(deployment)
        if meta.is_deleting(deployment):
            self.report(deployment)
        elif self.note_pause(deployment):
            return
        elif deployment["spec"].get("paused"):
            self.scale(deployment, new, old, clean=True)
        elif new is not None and self.mark_new(deployment, new, old):
            return
        elif is_scaling_event(deployment, self.replicasets_of(deployment)):
            self.scale(deployment, new, old)
        elif rolling_update.is_rolling(deployment):
            self.roll(deployment, new, old)
        else:
            self.recreate(deployment, new, old)

    def after(self, key: str, answers: list[Answer], span: int) -> None:
        """After a step, the status; after the status, nothing."""
        deployment = self.lister("deployments").get(key)
        step, data = answers[0][0], answers[0][1]
        if deployment is None or step in ("status", "adopt", "release"):
            return
        if step == "created":
            self.created(deployment, data, answers[0])
            return
        for _, change, status, _ in answers:
            if status == 200 and change and "direction" in change:
                self.event(deployment, "Normal", "ScalingReplicaSet", "Scaled {direction} replica set {replicaset} "
                           "from {from} to {to}".format(**change))
        if not refused(answers):
            self.report(deployment)

    def failed(self, key: str, answers: list[Answer]) -> bool:
        """A namespace on its way out takes no ReplicaSet; a taken name is dealt with in `created`."""
        return super().failed(key, [answer for answer in answers if not (
            is_namespace_terminating(answer) or (answer[0] == "created" and answer[2] == 409))])

    # What there is

    def replicasets_of(self, deployment: Object) -> list[Object]:
        """All versions."""
        return adoption.owned(self.lister("replicasets"), deployment)

    def versions(self, deployment: Object) -> tuple[Object | None, list[Object]]:
        """(the ReplicaSet of the present template or None, all others)."""
        everyone = self.replicasets_of(deployment)
        new = revisions.find_new(deployment, everyone)
        return new, [replicaset for replicaset in everyone if replicaset is not new]

    def note_pause(self, deployment: Object) -> bool:
        """Say so in the condition when a rollout was paused or resumed; → whether that was written."""
        condition, paused = states.progress(deployment), bool(deployment["spec"].get("paused"))
        reason = condition["reason"] if condition else ""
        if states.deadline(deployment) is None or reason == states.TIMED_OUT:
            return False
        if paused == (reason == states.PAUSED):
            return False
        now = self.kernel.epoch + self.now
        why = states.PAUSED if paused else states.RESUMED
        status = states.with_progress(deployment.get("status") or {}, why, "", now)
        self.write_status({**deployment, "status": status}, then="paused")
        return True

    def mark_new(self, deployment: Object, new: Object, old: list[Object]) -> bool:
        """Give the new ReplicaSet its revision and the Deployment's annotations; → whether anything was written."""
        number = revisions.next_revision(old)
        annotations = revisions.annotations_for(deployment, new, number)
        wait = deployment["spec"].get("minReadySeconds", 0)
        if annotations == meta.annotations(new) and wait == new["spec"].get("minReadySeconds", 0):
            return False
        spec = {**new["spec"], "minReadySeconds": wait} if wait else {**new["spec"]}
        if not wait:
            spec.pop("minReadySeconds", None)
        marked = meta.with_metadata({**new, "spec": spec}, annotations=annotations)
        self.update("replicasets", marked, then="marked", subject=meta.name(new), phrase="deployment.revision",
                    args={"replicaset": meta.name(new), "revision": annotations.get(revisions.REVISION, "")})
        return True

    # The steps

    def scale(self, deployment: Object, new: Object | None, old: list[Object], clean: bool = False) -> None:
        """spec.replicas changed (or the rollout is paused): give every active ReplicaSet its share."""
        sizes = sizes_for(deployment, new, old)
        scaled = self.resize_all(deployment, self.replicasets_of(deployment), sizes)
        cleaned = clean and self.clean_up(deployment, old)
        if not scaled and not cleaned:
            self.report(deployment, rolling=False)

    def roll(self, deployment: Object, new: Object | None, old: list[Object]) -> None:
        """One step of a rolling update: the new one up if there is room, else the old ones down if that is safe."""
        everyone = [*old, *([new] if new else [])]
        if new is None:
            self.create_new(deployment, old, rolling_update.new_size(deployment, everyone, 0))
            return
        size = rolling_update.new_size(deployment, everyone, spec_replicas(new))
        if spec_replicas(new) > wanted(deployment):
            size = wanted(deployment)
        if self.resize(deployment, new, size):
            return
        sizes = rolling_update.old_sizes(deployment, [one for one in old if spec_replicas(one) > 0], new)
        if self.resize_all(deployment, old, sizes):
            return
        self.finish(deployment, old)

    def recreate(self, deployment: Object, new: Object | None, old: list[Object]) -> None:
        """All old pods go, and are gone, before the first new one comes."""
        if self.resize_all(deployment, old, {meta.name(one): 0 for one in old if spec_replicas(one) > 0}):
            return
        if any(not pods.is_terminal(pod) for one in old for pod in adoption.owned(self.lister("pods"), one)):
            self.report(deployment)
        elif new is None:
            self.create_new(deployment, old, wanted(deployment))
        elif not self.resize(deployment, new, wanted(deployment)):
            self.finish(deployment, old)

    def finish(self, deployment: Object, old: list[Object]) -> None:
        """Nothing to scale: clean up if the rollout is complete, and report."""
        new, _ = self.versions(deployment)
        now = self.kernel.epoch + self.now
        status = states.counted(deployment, self.replicasets_of(deployment), new, now)
        if not (states.is_complete(deployment, status) and self.clean_up(deployment, old)):
            self.report(deployment)

    def create_new(self, deployment: Object, old: list[Object], size: int) -> None:
        """Create the ReplicaSet of the present template."""
        collisions = (deployment.get("status") or {}).get("collisionCount")
        word = compute_hash(deployment["spec"]["template"], collisions)
        made = revisions.new_replicaset(deployment, word, size, revisions.next_revision(old))
        change = {"replicaset": meta.name(made), "from": 0, "to": size}
        self.create("replicasets", made, then="created", data=change, subject=meta.name(made),
                    phrase="deployment.create", detail=rolling_update.arithmetic(deployment),
                    args={**change, "pods": "1 pod" if size == 1 else f"{size} pods"})

    def created(self, deployment: Object, change: Object, answer: Answer) -> None:
        """The new ReplicaSet is there (or its name is taken, or it was refused): write that down."""
        _, _, code, body = answer
        now, status = self.kernel.epoch + self.now, deployment.get("status") or {}
        if is_namespace_terminating(answer):
            return
        if code == 409:  # another template has the same hash
            count = status.get("collisionCount", 0) + 1
            self.write_status({**deployment, "status": {**status, "collisionCount": count}})
            return
        if code != 201:
            message = (body or {}).get("message", "")
            if states.deadline(deployment) is not None:
                name = f'"{change["replicaset"]}": {message}'
                status = states.with_progress(status, states.CREATE_ERROR, name, now)
                self.write_status({**deployment, "status": status})
            return
        if change["to"]:
            self.event(deployment, "Normal", "ScalingReplicaSet",
                       "Scaled up replica set {replicaset} from {from} to {to}".format(**change))
        if states.deadline(deployment) is not None:
            status = states.with_progress(status, states.NEW_REPLICASET, change["replicaset"], now)
        number = meta.annotations(body)[revisions.REVISION]
        self.write_status(meta.with_metadata({**deployment, "status": status}, annotations={
            **meta.annotations(deployment), revisions.REVISION: number}))

    # What it writes

    def resize_all(self, deployment: Object, replicasets: list[Object], sizes: dict[str, int]) -> bool:
        """Set the sizes given by name; → whether anything had to be written."""
        chosen = [one for one in replicasets if meta.name(one) in sizes]
        written = [self.resize(deployment, one, sizes[meta.name(one)]) for one in chosen]
        return any(written)

    def resize(self, deployment: Object, replicaset: Object, size: int) -> bool:
        """Set a ReplicaSet's size, and remember for which spec.replicas; → whether that had to be written."""
        before = spec_replicas(replicaset)
        annotations = {**meta.annotations(replicaset), **revisions.size_annotations(deployment)}
        scaling = is_scaling_event(deployment, [replicaset]) and annotations != meta.annotations(replicaset)
        if before == size and not scaling:
            return False
        change = {"replicaset": meta.name(replicaset), "from": before, "to": size}
        if before != size:
            change["direction"] = "up" if size > before else "down"
        sized = meta.with_metadata({**replicaset, "spec": {**replicaset["spec"], "replicas": size}},
                                   annotations=annotations)
        self.update("replicasets", sized, then="scaled", data=change, subject=meta.name(replicaset),
                    phrase=f"deployment.{change['direction']}" if before != size else "", args=change,
                    detail=rolling_update.arithmetic(deployment))
        return True

    def clean_up(self, deployment: Object, old: list[Object]) -> bool:
        """Delete old versions beyond the limit; → whether there were any."""
        many = revisions.to_clean_up(deployment, old)
        for replicaset in many:
            self.delete("replicasets", replicaset, then="cleaned", subject=meta.name(replicaset),
                        phrase="deployment.clean", args={"replicaset": meta.name(replicaset),
                                                         "limit": deployment["spec"]["revisionHistoryLimit"]})
        return bool(many)

    def report(self, deployment: Object, rolling: bool = True) -> None:
        """Write the status and the revision if they changed; look again when the rollout would count as stuck."""
        now = self.kernel.epoch + self.now
        new, old = self.versions(deployment)
        everyone = [*old, *([new] if new else [])]
        still = deployment["spec"].get("paused") or meta.is_deleting(deployment) or not rolling
        status = (states.counted if still else states.rollout_status)(deployment, everyone, new, now)
        if not still and new is not None and states.deadline(deployment) is not None:
            if not any(one["type"] == "Progressing" for one in status.get("conditions", ())):
                status = states.with_progress(status, states.FOUND, meta.name(new), now)
        reported: Object = {**deployment, "status": status}
        number = meta.annotations(new).get(revisions.REVISION) if new is not None else None
        if number and not deployment["spec"].get("paused"):
            annotations = {**meta.annotations(deployment), revisions.REVISION: number}
            reported = meta.with_metadata(reported, annotations=annotations)
        if status != (deployment.get("status") or {}) or meta.annotations(reported) != meta.annotations(deployment):
            self.write_status(reported)
        pause = None if still else states.until_deadline(deployment, status, now)
        if pause is not None:
            self.requeue(meta.key(deployment), pause)

    def write_status(self, deployment: Object, then: str = "status") -> None:
        """PUT the status (the revision annotation goes with it)."""
        condition = states.progress(deployment)
        self.update_status("deployments", deployment, then=then, subject=meta.name(deployment), level=DETAIL,
                           phrase="deployment.status", args={"deployment": meta.name(deployment),
                                                             "reason": condition["reason"] if condition else "counted"})
