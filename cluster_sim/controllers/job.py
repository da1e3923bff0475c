"""The Job controller: run pods until so many have succeeded.

It watches Jobs and pods. At each look it counts finished pods (job_status.py: note, take off the finalizer, count),
then either goes on or ends:

- *goes on*: creates pods up to parallelism, in the Indexed mode one for each free index; after a failure only when
  the back-off is over; deletes what is too much; deletes all while the Job is suspended;
- *ends*: first FailureTarget or SuccessCriteriaMet says that it will and why, then remaining pods are deleted, and
  when the last one is gone and counted comes Failed or Complete.

Source: kubernetes pkg/controller/job/job_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.api.conditions import find_condition
from cluster_sim.client import STRATEGIC_MERGE_PATCH, Controller
from cluster_sim.client.controller import Answer
from cluster_sim.client.controller_host import ControllerHost
from cluster_sim.controllers import adoption, job_index, job_orphans, job_rules, job_status, pods
from cluster_sim.controllers.deletion_rank import rank_for_deletion
from cluster_sim.controllers.job_status import FINALIZER, has_finalizer, with_condition
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.refusals import is_namespace_terminating, tell_refusals
from cluster_sim.controllers.slow_start import BURST
from cluster_sim.kernel import DETAIL
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "job.create": "Job controller counts {active} running and {succeeded} succeeded, wants {wants}, creates {pod}",
    "job.delete": "Job controller deletes {pod}: {why}",
    "job.counted": "Job controller has noted how {pod} ended and lets it go",
    "job.uncounted": "Job controller lets {pod} go: however it ends, it does not count",
    "job.orphan": "Job controller finds that no Job will count {pod}, and lets it go",
    "job.status": "Job controller writes down: {job} has {succeeded} succeeded, {failed} failed",
    "job.end": "Job controller ends {job}: {message}",
}, file="cluster_sim/controllers/job.py")

ME = "kubernetes.io/job-controller"
ENDS = {"SuccessCriteriaMet": "Complete", "FailureTarget": "Failed"}


class JobController(Controller):
    """Pods of Jobs."""

    name = "job"
    account = "job-controller"
    watches = ("jobs", "pods")
    owner_kind = "Job"

    def __init__(self, process: ControllerHost) -> None:
        super().__init__(process)
        adoption.index_by_controller(self.lister("pods"))
        self.failing: dict[str, Object] = self.state.setdefault("failing", {})  # Job → its failures in a row

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A Job; the owner of a pod; pods that no Job will count."""
        if resource == "jobs":
            if new is not None or old is None:
                return super().keys(resource, old, new)
            self.failing.pop(meta.uid(old), None)
            return [meta.key(old), *(job_orphans.key_of(pod) for pod in adoption.owned(self.lister("pods"), old))]
        found = adoption.concerned(self.lister("jobs"), old, new, "Job")
        if new is not None and job_orphans.is_orphan(new, self.lister("jobs"), ME):
            return [*found, job_orphans.key_of(new)]
        return found

    def sync(self, key: str, span: int) -> None:
        """Count, then go on or end; write the status."""
        if key.startswith(job_orphans.MARK):
            pod = self.lister("pods").get(key.removeprefix(job_orphans.MARK))
            if pod is not None and job_orphans.is_orphan(pod, self.lister("jobs"), ME):
                self.release(pod, "job.orphan")
            return
        job = self.lister("jobs").get(key)
        if job is None or job["spec"].get("managedBy", ME) != ME:
            return
        mine = adoption.owned(self.lister("pods"), job)
        self.let_go(job, mine)
        if job_status.is_finished(job) or meta.is_deleting(job):
            return
        now, stamp = self.kernel.epoch + self.now, self.kernel.timestamp()
        status = job_status.with_counts(job, mine)
        suspended = bool(job["spec"].get("suspend"))
        if not suspended and "startTime" not in status:
            status["startTime"] = stamp
        backoff = job_rules.backoff_record(self.failing.get(meta.uid(job), {}), *job_status.newly_finished(job, mine))
        ending = self.ending(job, status, mine, now)
        if ending is not None:
            status = self.end(job, status, mine, ending, stamp)
        else:
            status = self.note_suspension(job, status, suspended, stamp)
            self.manage(job, status, mine, now, backoff)
            self.note_deadline(job, status, now)
        self.write(job, status, mine, backoff)

    def after(self, key: str, answers: list[Answer], span: int) -> None:
        """Tell what was created and deleted."""
        job = self.lister("jobs").get(key)
        if job is not None:
            for step, data, code, _ in answers:
                if step == "status" and code == 200:
                    self.failing[meta.uid(job)] = data["backoff"]
            created = [answer for answer in answers if answer[0] == "created"]
            tell_refusals(self, job, created, "create")
            for answer in created:
                self.tell_name(answer)
            tell_refusals(self, job, [answer for answer in answers if answer[0] == "deleted"], "delete")

    def failed(self, key: str, answers: list[Answer]) -> bool:
        """A namespace on its way out takes no pods."""
        return super().failed(key, [answer for answer in answers if not is_namespace_terminating(answer)])

    def let_go(self, job: Object, mine: list[Object]) -> None:
        """Take the finalizer off pods whose end is noted in the stored status, or all if the Job is over."""
        noted = job_status.uncounted(job)
        over = job_status.is_finished(job) or meta.is_deleting(job)
        for pod in mine:
            if has_finalizer(pod) and (over or meta.uid(pod) in [*noted["succeeded"], *noted["failed"]]):
                self.release(pod, "job.counted")

    def release(self, pod: Object, phrase: str) -> None:
        """Take the finalizer off a pod."""
        self.patch("pods", pod, {"metadata": {"$deleteFromPrimitiveList/finalizers": [FINALIZER]}},
                   content_type=STRATEGIC_MERGE_PATCH, then="counted", subject=meta.name(pod), phrase=phrase,
                   args={"pod": meta.name(pod)}, level=DETAIL)

    def note_suspension(self, job: Object, status: Object, suspended: bool, stamp: str) -> Object:
        """The condition Suspended and its Event; a resumed Job starts its clock anew."""
        condition = find_condition(status.get("conditions"), "Suspended")
        was = condition is not None and condition["status"] == "True"
        if suspended and not was:
            self.event(job, "Normal", "Suspended", "Job suspended")
            status = {field: value for field, value in status.items() if field != "startTime"}
            return with_condition(status, "Suspended", "True", "JobSuspended", "Job suspended", stamp)
        if was and not suspended:
            self.event(job, "Normal", "Resumed", "Job resumed")
            status = {**status, "startTime": stamp}
            return with_condition(status, "Suspended", "False", "JobResumed", "Job resumed", stamp)
        return status

    def note_deadline(self, job: Object, status: Object, now: int) -> None:
        """Look again when activeDeadlineSeconds is over."""
        left = job_status.past_deadline(job, status, now)
        if left:
            self.requeue(meta.key(job), left)

    def ending(self, job: Object, status: Object, mine: list[Object], now: int) -> tuple[str, str, str] | None:
        """What ends it: as already written, or as the rules say now."""
        for kind in ENDS:
            found = find_condition(status.get("conditions"), kind)
            if found is not None and found["status"] == "True":
                return kind, found["reason"], found["message"]
        return job_status.verdict(job, status, mine, now)

    def end(self, job: Object, status: Object, mine: list[Object], ending: tuple[str, str, str], stamp: str) -> Object:
        """Delete what still runs; when nothing is left to count, the last condition."""
        kind, reason, message = ending
        status = with_condition(status, kind, "True", reason, message, stamp)
        active = [pod for pod in mine if pods.is_active(pod)]
        if kind == "FailureTarget":
            status = job_status.with_abandoned(job, status, [pod for pod in mine if not pods.is_terminal(pod)])
        for pod in active:
            self.remove(pod, message, uncounted=kind == "SuccessCriteriaMet")
        terminating = any(map(pods.is_terminating, mine))
        if active or terminating or status["uncountedTerminatedPods"]:
            return status
        status = with_condition(status, ENDS[kind], "True", reason, message, stamp)
        if kind == "SuccessCriteriaMet":
            if job["spec"].get("completions") is not None and status.get("succeeded", 0) > job["spec"]["completions"]:
                self.event(job, "Warning", "TooManySucceededPods",
                           "Too many succeeded pods running after completion count reached")
            self.event(job, "Normal", "Completed", "Job completed")
            return {**status, "completionTime": stamp}
        self.event(job, "Warning", reason, message)
        return status

    def manage(self, job: Object, status: Object, mine: list[Object], now: int, backoff: Object) -> None:
        """Delete what is too much, or else create what is missing: one of the two at each look."""
        active = [pod for pod in mine if pods.is_active(pod)]
        succeeded, _ = job_status.totals(job, status)
        wants = job_rules.wanted_active(job, succeeded, len(active))
        many = job_index.superfluous(job, active, now) if job_rules.is_indexed(job) else []
        ranked = sorted((pod for pod in active if pod not in many), key=lambda pod: rank_for_deletion(pod, 0, now))
        excess = [*many, *ranked[:max(0, len(active) - wants - len(many))]]
        for pod in excess[:BURST]:
            self.remove(pod, "its index is not wanted" if pod in many else "the Job is suspended"
                        if job["spec"].get("suspend") else f"{wants} should run", uncounted=True)
        if excess:
            return
        ending = [pod for pod in mine if pods.is_terminating(pod)] if job_status.replaces_only_failed(job) else []
        missing = min(wants - len(active) - len(ending), BURST)  # those on their way out must have ended first
        if missing <= 0:
            return
        pause = 0
        if job_index.limit(job) is None and backoff.get("failures"):
            pause = backoff["last"] + job_rules.backoff_after(backoff["failures"]) - now
        if pause > 0:
            self.requeue(meta.key(job), pause)
            return
        told = {"active": len(active), "succeeded": succeeded, "wants": wants, "pod": f"{meta.name(job)}-…"}
        for pod in self.new_pods(job, status, mine, [*active, *ending], missing):
            self.create("pods", pod, then="created", data={"told": told}, subject=meta.name(job), phrase="job.create",
                        args=told)

    def new_pods(self, job: Object, status: Object, mine: list[Object], busy: list[Object],
                 count: int) -> list[Object]:
        """Pods to create; with completion indexes that `busy` ones do not have, if the Job is Indexed."""
        template = job["spec"]["template"]
        if not job_rules.is_indexed(job):
            pod = pods.from_template(template, job)
            return [meta.with_metadata(pod, finalizers=[*meta.finalizers(pod), FINALIZER])] * count
        taken = [*job_rules.parse_indexes(status.get("completedIndexes")), *map(job_rules.index_of, busy),
                 *job_rules.parse_indexes(status.get("failedIndexes"))]
        failed = job_status.delayed(job, status, mine)
        now = self.kernel.epoch + self.now
        turn = job_rules.pending_indexes(job, taken, count)  # one that must pause keeps its turn
        pauses = {index: pause for index in turn if index in failed and (pause := job_index.pause(failed[index], now)) > 0}
        if pauses:
            self.requeue(meta.key(job), min(pauses.values()))
        return [_indexed_pod(job, template, index, failed.get(index)) for index in turn if index not in pauses]

    def remove(self, pod: Object, why: str, uncounted: bool) -> None:
        """Delete one pod; without its finalizer, if nobody is to count it among the failed ones."""
        if uncounted and has_finalizer(pod):
            self.release(pod, "job.uncounted")
        self.delete("pods", pod, then="deleted", data={"pod": meta.name(pod)}, subject=meta.name(pod),
                    phrase="job.delete", args={"pod": meta.name(pod), "why": why})

    def write(self, job: Object, status: Object, mine: list[Object], backoff: Object) -> None:
        """The status, if it changed."""
        active = [pod for pod in mine if pods.is_active(pod)]
        status = {field: value for field, value in status.items() if field != "active"}
        if active:
            status["active"] = len(active)
        status["ready"] = sum(1 for pod in active if pods.is_ready(pod))
        status["terminating"] = sum(1 for pod in mine if pods.is_terminating(pod))
        if status == (job.get("status") or {}):
            return
        ended = next((one for one in status.get("conditions") or () if one["type"] in ("Complete", "Failed")), None)
        self.update_status("jobs", {**job, "status": status}, then="status", data={"backoff": backoff}, subject=meta.name(job),
                           phrase="job.end" if ended else "job.status", level=2 if ended else DETAIL,
                           args={"job": meta.name(job), "succeeded": status.get("succeeded", 0),
                                 "failed": status.get("failed", 0), "message": ended["message"] if ended else ""})


def _indexed_pod(job: Object, template: Object, index: int, failed: Object | None) -> Object:
    """The pod of one completion index: in its name, labels, hostname and environment."""
    pod = pods.from_template(template, job, generateName=job_rules.generate_name(job, index))
    number = {job_rules.INDEX: str(index)}
    spec = {**pod["spec"], "hostname": f"{meta.name(job)}-{index}"}
    for field in ("containers", "initContainers"):
        if spec.get(field):
            spec[field] = [job_rules.carried_environment(one) for one in spec[field]]
    return meta.with_metadata({**pod, "spec": spec}, labels={**meta.labels(pod), **number},
                              annotations={**meta.annotations(pod), **number, **job_index.carried(job, failed)},
                              finalizers=[*meta.finalizers(pod), FINALIZER])
