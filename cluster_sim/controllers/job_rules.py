"""Rules of Jobs: how many pods now, how long to wait after failures, which exits end everything.

Source: kubernetes pkg/controller/job (job_controller.go, indexed_job_utils.go, backoff_utils.go,
pod_failure_policy.go, success_policy.go).
"""

from __future__ import annotations

from cluster_sim.api import meta
from cluster_sim.controllers import pods
from cluster_sim.controllers.pods import Object
from cluster_sim.kernel import SECOND, timestamps

INDEX = "batch.kubernetes.io/job-completion-index"
LONGEST = 58  # characters of a name to which five more are added
BACKOFF, MAX_BACKOFF = 10 * SECOND, 600 * SECOND


def is_indexed(job: Object) -> bool:
    """completionMode Indexed: each pod has a number of its own."""
    return bool(job["spec"].get("completionMode") == "Indexed")


def index_of(pod: Object) -> int:
    """The pod's completion index; -1 without one."""
    text = meta.annotations(pod).get(INDEX, "")
    return int(text) if text.isdecimal() else -1


def has_index(job: Object, pod: Object) -> bool:
    """Its index is one that the Job has; those of a Job that is not Indexed need none."""
    return not is_indexed(job) or 0 <= index_of(pod) < (job["spec"].get("completions") or 0)


def completed_indexes(job: Object, status: Object) -> list[int]:
    """status.completedIndexes, without those that lie beyond completions since somebody made that smaller."""
    return [index for index in parse_indexes(status.get("completedIndexes")) if index < (job["spec"].get("completions") or 0)]


def parse_indexes(text: str | None) -> list[int]:
    """`1,3-5` as numbers."""
    found: list[int] = []
    for part in (text or "").split(","):
        first, _, last = part.partition("-")
        if first:
            found += range(int(first), int(last or first) + 1)
    return found


def format_indexes(numbers: list[int]) -> str:
    """Numbers as `1,3-5`: two in a row stay `1,2`."""
    runs: list[list[int]] = []
    for number in sorted({*numbers}):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(map(str, run)) for run in runs)


def wanted_active(job: Object, succeeded: int, active: int) -> int:
    """How many pods should run now."""
    parallelism, completions = job["spec"].get("parallelism", 1), job["spec"].get("completions")
    if job["spec"].get("suspend"):
        return 0
    if completions is None:  # a work queue: once one has succeeded no new ones are made
        return active if succeeded else int(parallelism)
    return int(min(parallelism, max(0, completions - succeeded)))


def carried_environment(container: Object) -> Object:
    """A container that is told its index, unless its manifest has a variable of that name."""
    given = container.get("env") or []
    if any(one["name"] == "JOB_COMPLETION_INDEX" for one in given):
        return container
    source = {"fieldRef": {"fieldPath": f"metadata.labels['{INDEX}']"}}
    return {**container, "env": [*given, {"name": "JOB_COMPLETION_INDEX", "valueFrom": source}]}


def generate_name(job: Object, index: int) -> str:
    """`NAME-INDEX-`; a long name is cut, so that the index stays."""
    end = f"-{index}-"
    return f"{meta.name(job)[:LONGEST - len(end)]}{end}"


def pending_indexes(job: Object, taken: list[int], count: int) -> list[int]:
    """The lowest indexes that nobody has and nobody has completed."""
    busy = {*taken}
    free = (number for number in range(job["spec"].get("completions") or 0) if number not in busy)
    return [number for number, _ in zip(free, range(count), strict=False)]


def finished_at(pod: Object) -> int:
    """When its last container ended; else since when it is not ready; else when its deletion was asked for; µs since 1970."""
    status, ready = pod.get("status") or {}, pods.condition(pod, "Ready") or {}
    sidecars = [one["name"] for one in pod["spec"].get("initContainers") or () if one.get("restartPolicy") == "Always"]
    ran = [*(status.get("containerStatuses") or ()),
           *(one for one in status.get("initContainerStatuses") or () if one["name"] in sidecars)]
    ends = [((one.get("state") or {}).get("terminated") or {}).get("finishedAt") or "" for one in ran]
    if ends and all(ends):
        return timestamps.parse(max(ends))
    if ready.get("status") == "False" and ready.get("lastTransitionTime"):
        return timestamps.parse(ready["lastTransitionTime"])
    if meta.is_deleting(pod):
        grace = pod["metadata"].get("deletionGracePeriodSeconds") or 0
        return timestamps.parse(pod["metadata"]["deletionTimestamp"]) - grace * SECOND
    return timestamps.parse(pods.created(pod))


def backoff_record(known: Object, succeeded: list[Object], failed: list[Object]) -> Object:
    """How many failures there were in a row and when the last was ({failures, last in µs}), after newly finished pods."""
    if not succeeded and not failed:
        return known
    success = max(map(finished_at, succeeded), default=None)
    ends = [end for end in map(finished_at, failed) if success is None or end > success]
    before = known.get("failures", 0) if success is None else 0
    return {"failures": before + len(ends), "last": max(ends, default=0)}


def backoff_after(failures: int) -> int:
    """The pause after so many failures in a row: 10 s, 20 s, 40 s… up to 10 min."""
    return min(MAX_BACKOFF, BACKOFF << min(failures - 1, 20)) if failures > 0 else 0


def restarts_of(mine: list[Object]) -> int:
    """Container restarts of pods with restartPolicy OnFailure: they count against backoffLimit."""
    return sum(status.get("restartCount", 0) for pod in mine if pods.phase(pod) in ("Pending", "Running")
               for field in ("initContainerStatuses", "containerStatuses")
               for status in (pod.get("status") or {}).get(field) or ())


def failure_rule(job: Object, pod: Object) -> tuple[str, str]:
    """(action, message) of the first rule of podFailurePolicy that fits a failed pod; action Count if none does."""
    for number, rule in enumerate((job["spec"].get("podFailurePolicy") or {}).get("rules", ())):
        where, action = f"matching {rule['action']} rule at index {number}", rule["action"]
        exits = rule.get("onExitCodes")
        for name, code in _exits(pod) if exits else ():
            if exits and exits.get("containerName") in (None, name) and code != 0 and (
                    (code in exits["values"]) == (exits["operator"] == "In")):
                return action, f"Container {name} for pod {meta.key(pod)} failed with exit code {code} {where}"
        for pattern in rule.get("onPodConditions") or ():
            found = pods.condition(pod, pattern["type"])
            if found is not None and found.get("status") == pattern.get("status", "True"):
                return action, f"Pod {meta.key(pod)} has condition {pattern['type']} {where}"
    return "Count", ""


def _exits(pod: Object) -> list[tuple[str, int]]:
    return [(status["name"], ended["exitCode"]) for field in ("containerStatuses", "initContainerStatuses")
            for status in (pod.get("status") or {}).get(field) or ()
            if (ended := (status.get("state") or {}).get("terminated")) is not None]


def success_rule(job: Object, completed: list[int]) -> str:
    """The message of the first rule of successPolicy that is fulfilled; "" if none is."""
    for number, rule in enumerate((job["spec"].get("successPolicy") or {}).get("rules", ())):
        among = parse_indexes(rule.get("succeededIndexes")) if rule.get("succeededIndexes") else completed
        done = [index for index in among if index in completed]
        needed = rule.get("succeededCount") or len(among)
        if among and len(done) >= needed:
            return f"Matched rules at index {number}"
    return ""
