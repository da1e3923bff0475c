"""The CronJob controller: makes a Job whenever the schedule says so.

It sleeps until the next time, then looks what is due: only the latest missed time counts. A Job's name ends in the
minutes since 1970 of its time, so that the same time cannot make two. concurrencyPolicy says what happens while an
earlier Job still runs: Allow it, Forbid the new one, or Replace the old.

Source: kubernetes pkg/controller/cronjob/cronjob_controllerv2.go, utils.go. Here all times are UTC.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.api.conditions import is_true
from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.client.controller_host import ControllerHost
from cluster_sim.controllers import adoption, cron_schedule
from cluster_sim.controllers.job_status import is_finished
from cluster_sim.controllers.pods import Object, created
from cluster_sim.controllers.refusals import is_namespace_terminating, message_of
from cluster_sim.kernel import DETAIL, MS, SECOND, timestamps
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "cronjob.create": "CronJob controller finds {cronjob} due and creates Job {job}",
    "cronjob.delete": "CronJob controller deletes Job {job}: {why}",
    "cronjob.status": "CronJob controller writes down which Jobs of {cronjob} run",
}, file="cluster_sim/controllers/cronjob.py")

LATE = 100 * MS  # it wakes so long after the minute
MANY_MISSED = 100
SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp"
FORBIDDEN = "Not starting job because prior execution is running and concurrency policy is Forbid"
TOO_MANY = ("too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew")


def latest_due(schedule: str, since: int, now: int) -> tuple[int | None, int]:
    """(the latest time of the schedule after `since` that is not after `now`, how many there were)."""
    latest, missed = None, 0
    time = cron_schedule.next_after(schedule, since)
    while time is not None and time <= now:
        latest, missed = time, missed + 1
        time = cron_schedule.next_after(schedule, time)
    return latest, missed


class CronJobController(Controller):
    """Jobs of CronJobs."""

    name = "cronjob"
    account = "cronjob-controller"
    watches = ("cronjobs", "jobs")

    def __init__(self, process: ControllerHost) -> None:
        super().__init__(process)
        adoption.index_by_controller(self.lister("jobs"))

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A CronJob; the owner of a Job."""
        if resource == "cronjobs":
            return super().keys(resource, old, new)
        job = new or old
        return adoption.interested(self.lister("cronjobs"), job, "CronJob") if job and meta.owners(job) else ()

    def sync(self, key: str, span: int) -> None:
        """Note finished Jobs, delete old ones, and start what is due."""
        cronjob = self.lister("cronjobs").get(key)
        if cronjob is None:
            return
        status = self.with_finished(cronjob)
        self.clean_up(cronjob)
        started = not meta.is_deleting(cronjob) and not cronjob["spec"].get("suspend") and self.start(cronjob, status)
        if not started and status != (cronjob.get("status") or {}):
            self.write(cronjob, status)

    def start(self, cronjob: Object, status: Object) -> bool:
        """Create the Job that is due, if there is one; → whether that was asked for."""
        spec, now = cronjob["spec"], self.kernel.epoch + self.now
        try:
            following = cron_schedule.next_after(spec["schedule"], now)
        except cron_schedule.ScheduleError as error:
            self.event(cronjob, "Warning", "UnparseableSchedule",
                       f"unparseable schedule: {spec['schedule']!r} : {error}")
            return False
        if following is not None:
            self.requeue(meta.key(cronjob), following + LATE - now)
        since = timestamps.parse(status.get("lastScheduleTime") or created(cronjob))
        deadline = spec.get("startingDeadlineSeconds")
        if deadline is not None:
            since = max(since, now - deadline * SECOND)
        due, missed = latest_due(spec["schedule"], since, now)
        if missed > MANY_MISSED:
            self.event(cronjob, "Warning", "TooManyMissedTimes", TOO_MANY)
        if due is None or self.is_held_back(cronjob, status):
            return False
        job = self.job_for(cronjob, due)
        self.create("jobs", job, then="created", data={"time": timestamps.rfc3339(due)}, subject=meta.name(job),
                    phrase="cronjob.create", args={"cronjob": meta.name(cronjob), "job": meta.name(job)})
        return True

    def is_held_back(self, cronjob: Object, status: Object) -> bool:
        """What concurrencyPolicy says about Jobs that still run."""
        policy, active = cronjob["spec"].get("concurrencyPolicy", "Allow"), status.get("active") or []
        if policy == "Forbid" and active:
            self.event(cronjob, "Normal", "JobAlreadyActive", FORBIDDEN)
            return True
        for ref in active if policy == "Replace" else ():
            job = self.lister("jobs").get(f"{meta.namespace(cronjob)}/{ref['name']}")
            if job is not None:
                self.remove(cronjob, job, "it is replaced")
        return False

    def job_for(self, cronjob: Object, due: int) -> Object:
        """The Job of a scheduled time."""
        template = cronjob["spec"]["jobTemplate"]
        given = template.get("metadata") or {}
        annotations = {**(given.get("annotations") or {}), SCHEDULED: timestamps.rfc3339(due)}
        return {"apiVersion": "batch/v1", "kind": "Job", "spec": template["spec"], "metadata": {
            "name": f"{meta.name(cronjob)}-{due // SECOND // 60}", "namespace": meta.namespace(cronjob),
            "annotations": annotations, "ownerReferences": [meta.owner_reference(cronjob)],
            **({"labels": given["labels"]} if given.get("labels") else {})}}

    def with_finished(self, cronjob: Object) -> Object:
        """The status without Jobs that have ended or gone, and with the time of the last success."""
        status: Object = {**(cronjob.get("status") or {})}
        active = []
        for ref in status.pop("active", None) or []:
            job = self.lister("jobs").get(f"{meta.namespace(cronjob)}/{ref['name']}")
            if job is None:
                self.event(cronjob, "Normal", "MissingJob", f"Active job went missing: {ref['name']}")
            elif is_finished(job):
                kind = "Complete" if is_true(job["status"]["conditions"], "Complete") else "Failed"
                self.event(cronjob, "Normal", "SawCompletedJob", f"Saw completed job: {ref['name']}, condition: {kind}")
                if kind == "Complete":
                    status["lastSuccessfulTime"] = job["status"].get("completionTime", self.kernel.timestamp())
            else:
                active.append(ref)
        return {"active": active, **status} if active else status

    def clean_up(self, cronjob: Object) -> None:
        """Delete finished Jobs beyond the history limits, oldest first."""
        finished = [job for job in adoption.owned(self.lister("jobs"), cronjob) if is_finished(job)]
        for kind, field, default in (("Complete", "successfulJobsHistoryLimit", 3),
                                     ("Failed", "failedJobsHistoryLimit", 1)):
            mine = sorted((job for job in finished if is_true(job["status"]["conditions"], kind)
                           and not meta.is_deleting(job)), key=lambda job: (created(job), meta.name(job)))
            for job in mine[:max(0, len(mine) - cronjob["spec"].get(field, default))]:
                self.remove(cronjob, job, "the history is long enough")

    def remove(self, cronjob: Object, job: Object, why: str) -> None:
        """Delete a Job and its pods."""
        self.event(cronjob, "Normal", "SuccessfulDelete", f"Deleted job {meta.name(job)}")
        self.delete("jobs", job, propagation="Background", then="deleted", subject=meta.name(job),
                    phrase="cronjob.delete", args={"job": meta.name(job), "why": why})

    def after(self, key: str, answers: list[Answer], span: int) -> None:
        """The new Job is among the active ones."""
        cronjob = self.lister("cronjobs").get(key)
        for step, data, code, body in answers:
            if cronjob is None or step != "created":
                continue
            if code == 201:
                self.event(cronjob, "Normal", "SuccessfulCreate", f"Created job {meta.name(body)}")
                status = self.with_finished(cronjob)
                ref = {"kind": "Job", "namespace": meta.namespace(body), "name": meta.name(body), "uid": meta.uid(body),
                       "apiVersion": "batch/v1", "resourceVersion": body["metadata"]["resourceVersion"]}
                active = [*status.get("active", []), ref]
                self.write(cronjob, {**status, "active": active, "lastScheduleTime": data["time"]})
            elif code != 409:
                self.event(cronjob, "Warning", "FailedCreate", f"Error creating job: {message_of(body)}")

    def failed(self, key: str, answers: list[Answer]) -> bool:
        """A Job of that time is there already, or the namespace is on its way out: fine."""
        return super().failed(key, [answer for answer in answers if not (
            is_namespace_terminating(answer) or (answer[0] == "created" and answer[2] == 409))])

    def write(self, cronjob: Object, status: Object) -> None:
        """PUT the status."""
        self.update_status("cronjobs", {**cronjob, "status": status}, then="status", subject=meta.name(cronjob),
                           phrase="cronjob.status", args={"cronjob": meta.name(cronjob)}, level=DETAIL)
