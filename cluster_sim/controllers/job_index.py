"""Jobs whose indexes fail each for itself (backoffLimitPerIndex): one bad part does not end the whole.

Each pod carries how often its index has failed before; the next pod of the index gets one more. A failed pod keeps
its finalizer until that next pod is there, so that the number is not lost. An index that failed too often is in
status.failedIndexes and is left alone; the Job fails when every index has ended and some failed, or when more than
maxFailedIndexes did.

Source: kubernetes pkg/controller/job/indexed_job_utils.go, backoff_utils.go.
"""

from __future__ import annotations

from cluster_sim.api import meta
from cluster_sim.controllers import job_rules
from cluster_sim.controllers.deletion_rank import rank_for_deletion
from cluster_sim.controllers.pods import Object

FAILURES = "batch.kubernetes.io/job-index-failure-count"
IGNORED = "batch.kubernetes.io/job-index-ignored-failure-count"
TOO_MANY = ("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes")
SOME_FAILED = ("FailedIndexes", "Job has failed indexes")


def limit(job: Object) -> int | None:
    """backoffLimitPerIndex; None: failures count for the Job as a whole."""
    found: int | None = job["spec"].get("backoffLimitPerIndex")
    return found


def number(pod: Object, annotation: str) -> int:
    """A count that a pod carries; 0 without one."""
    text = meta.annotations(pod).get(annotation, "")
    return int(text) if text.isdecimal() else 0


def absolute(pod: Object) -> int:
    """How often its index had failed before this pod, ignored failures included."""
    return number(pod, FAILURES) + number(pod, IGNORED)


def has_failed(job: Object, pod: Object) -> bool:
    """This pod's failure was one too many for its index, or a rule says that it ends the index."""
    return job_rules.failure_rule(job, pod)[0] == "FailIndex" or (
        job_rules.failure_rule(job, pod)[0] != "Ignore" and number(pod, FAILURES) >= (limit(job) or 0))


def failed_indexes(job: Object, failed: list[Object]) -> list[int]:
    """Indexes that have failed for good; `failed` are the failed pods that are still there."""
    known = job_rules.parse_indexes((job.get("status") or {}).get("failedIndexes"))
    count = job["spec"].get("completions") or 0
    new = [job_rules.index_of(pod) for pod in failed if has_failed(job, pod)]
    return sorted({*known, *(index for index in new if 0 <= index < count)})


def last_failures(job: Object, failed: list[Object], done: list[int]) -> dict[int, Object]:
    """For each index that waits for its next pod: the pod that failed last. `done` need none."""
    count = job["spec"].get("completions") or 0
    found: dict[int, Object] = {}
    for pod in failed:
        index = job_rules.index_of(pod)
        if 0 <= index < count and index not in done and (index not in found or absolute(found[index]) < absolute(pod)):
            found[index] = pod
    return found


def pause(pod: Object, now: int) -> int:
    """µs until the next pod of this one's index may come."""
    return job_rules.finished_at(pod) + job_rules.backoff_after(absolute(pod) + 1) - now


def carried(job: Object, last: Object | None) -> dict[str, str]:
    """What the next pod of an index carries."""
    if limit(job) is None:
        return {}
    if last is None:
        return {FAILURES: "0"}
    ignored = job_rules.failure_rule(job, last)[0] == "Ignore"
    counts = {FAILURES: number(last, FAILURES) + (not ignored), IGNORED: number(last, IGNORED) + ignored}
    return {name: str(count) for name, count in counts.items() if count or name == FAILURES}


def verdict(job: Object, failed: list[int], completed: list[int]) -> tuple[str, str] | None:
    """(reason, message) when failed indexes end the Job."""
    most, count = job["spec"].get("maxFailedIndexes"), job["spec"].get("completions") or 0
    if most is not None and len(failed) > most:
        return TOO_MANY
    return SOME_FAILED if failed and len({*failed, *completed}) >= count else None


def superfluous(job: Object, active: list[Object], now: int) -> list[Object]:
    """Running pods of an index that does not exist (any more), and all of one index but that which has come furthest."""
    found = [pod for pod in active if not job_rules.has_index(job, pod)]
    furthest: dict[int, Object] = {}
    for pod in sorted(active, key=lambda pod: rank_for_deletion(pod, 0, now)):
        if job_rules.has_index(job, pod):
            found += [earlier for earlier in [furthest.get(job_rules.index_of(pod))] if earlier is not None]
            furthest[job_rules.index_of(pod)] = pod
    return found
