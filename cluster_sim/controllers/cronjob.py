"""The CronJob controller: makes a Job whenever the schedule says so.

It sleeps until the next time, then looks what is due: only the latest missed time counts. A Job's name ends in the
minutes since 1970 of its time, so that the same time cannot make two. concurrencyPolicy says what happens while an
earlier Job still runs: Allow it, Forbid the new one, or Replace the old.

Source: kubernetes pkg/controller/cronjob/cronjob_controllerv2.go, utils.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone, tzinfo

from cluster_sim.api import meta, time_zones
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


def latest_due(schedule: str, since: int, now: int, zone: tzinfo = timezone.utc) -> tuple[int | None, int]:
    """(the latest time of the schedule after `since` that is not after `now`, about how many there were).

    Not every missed time is looked at: their number is reckoned from the first two, as upstream does.
    """
    first = cron_schedule.next_after(schedule, since, zone)
    if first is None or now < first:
        return None, 0
    second = cron_schedule.next_after(schedule, first, zone)
    if second is None or now < second:
        return first, 1
    between = (second - first) // SECOND
    missed = (now - first) // SECOND // between + 1
    latest, time = None, cron_schedule.next_after(schedule, first + (missed - 2) * between * SECOND, zone)
    while time is not None and time <= now:
        latest, time = time, cron_schedule.next_after(schedule, time, zone)
    return latest, missed


def zone_of(cronjob: Object) -> tzinfo | None:
    """The zone whose clocks its schedule goes by; None if there is none of that name."""
    name = cronjob["spec"].get("timeZone")
    return timezone.utc if name is None else time_zones.find(name)


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
        spec, now, zone = cronjob["spec"], self.kernel.epoch + self.now, zone_of(cronjob)
        if zone is None:
            name = spec["timeZone"]
            self.event(cronjob, "Warning", "UnknownTimeZone", f'invalid timeZone: "{name}": unknown time zone {name}')
            return False
        try:
            following = cron_schedule.next_after(spec["schedule"], now, zone)
        except cron_schedule.ScheduleError as error:
            self.event(cronjob, "Warning", "UnparseableSchedule", f'unparseable schedule: "{spec["schedule"]}" : {error}')
            return False
        if following is not None:
            self.requeue(meta.key(cronjob), following + LATE - now)
        since = timestamps.parse(status.get("lastScheduleTime") or created(cronjob))
        deadline = spec.get("startingDeadlineSeconds")
        if deadline is not None:
            since = max(since, now - deadline * SECOND)
        due, missed = latest_due(spec["schedule"], since, now, zone)
        if missed > MANY_MISSED:
            self.event(cronjob, "Warning", "TooManyMissedTimes", TOO_MANY)
        if due is None or self.is_too_late(cronjob, due, now):
            return False
        if self.was_started(cronjob, status, due) or self.is_held_back(cronjob, status):
            return False
        job = self.job_for(cronjob, due)
        self.create("jobs", job, then="created", data={"time": timestamps.rfc3339(due), "status": status}, subject=meta.name(job),
                    phrase="cronjob.create", args={"cronjob": meta.name(cronjob), "job": meta.name(job)})
        return True

    def is_too_late(self, cronjob: Object, due: int, now: int) -> bool:
        """The time is further back than startingDeadlineSeconds."""
        deadline = cronjob["spec"].get("startingDeadlineSeconds")
        if deadline is None or due + deadline * SECOND >= now:
            return False
        when = f"{datetime.fromtimestamp(due // SECOND, timezone.utc):%a, %d %b %Y %H:%M:%S} +0000"
        self.event(cronjob, "Warning", "MissSchedule", f"Missed scheduled time to start a job: {when}")
        return True

    def was_started(self, cronjob: Object, status: Object, due: int) -> bool:
        """The Job of that time is there already."""
        name = meta.name(self.job_for(cronjob, due))
        return status.get("lastScheduleTime") == timestamps.rfc3339(due) or any(
            ref["name"] == name for ref in status.get("active") or ())

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
        mine = {meta.uid(job): job for job in adoption.owned(self.lister("jobs"), cronjob)}
        active, listed = [], status.pop("active", None) or []
        for ref in listed:
            job = mine.get(ref.get("uid", ""))
            if job is None:
                self.event(cronjob, "Normal", "MissingJob", f"Active job went missing: {ref['name']}")
            elif is_finished(job):
                kind = "Complete" if is_true(job["status"]["conditions"], "Complete") else "Failed"
                self.event(cronjob, "Normal", "SawCompletedJob", f"Saw completed job: {ref['name']}, condition: {kind}")
            else:
                active.append(ref)
        for job in mine.values():
            if not is_finished(job):
                if all(ref.get("uid") != meta.uid(job) for ref in listed):
                    self.event(cronjob, "Warning", "UnexpectedJob", (
                        f"Saw a job that the controller did not create or forgot: {meta.name(job)}"))
            elif is_true(job["status"]["conditions"], "Complete") and job["status"].get("completionTime", "") > (
                    status.get("lastSuccessfulTime") or ""):
                status["lastSuccessfulTime"] = job["status"]["completionTime"]
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
                status = data["status"]
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
