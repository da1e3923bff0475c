"""How many pods a metric asks for (facts of pkg/controller/podautoscaler/replica_calculator_test.go).

Pods as letters: `r` ready, `u` not ready since it started, `h` ready, but only just started (its cpu is hot), `p` pending,
`f` failed, `d` being deleted. Levels are thousandths, one for each of the first pods; pods without one are missing.
"""

import pytest

from cluster_sim.controllers import replica_calculator as calculator
from cluster_sim.controllers.replica_calculator import MetricError, Sample, Tolerance
from tests.unit.controllers.builders import EPOCH, SECOND, a_pod, at

NOW = EPOCH + 3600 * SECOND
CORE = 1000


def the_pods(letters, requests=None):
    """One pod a letter, each asking for a core unless told."""
    made = []
    for number, letter in enumerate(letters):
        young = letter in "uh"
        pod = a_pod(f"p{number}", phase={"p": "Pending", "f": "Failed"}.get(letter, "Running"), deleting=letter == "d",
                    ready=3599 if letter == "h" else None if letter in "u" else 0)
        pod["status"]["startTime"] = at(3599 if young else 0)
        pod["status"]["conditions"][0]["lastTransitionTime"] = at(3599 if young else 0)
        asked = (requests or [CORE] * len(letters))[number]
        pod["spec"]["containers"] = [{"name": "c", "resources": {"requests": {"cpu": f"{asked}m"}}}]
        made.append(pod)
    return made


def samples(levels, window=60):
    return {f"p{number}": Sample(level, NOW, window * SECOND) for number, level in enumerate(levels) if level is not None}


@pytest.mark.parametrize(("current", "letters", "levels", "target", "wanted", "percent", "average"), [
    # growing
    (3, "rrr", [300, 500, 700], 30, 5, 50, 500),
    (3, "urr", [300, 500, 700], 30, 4, 60, 600),  # a pod that is not ready will take some of the load
    (3, "hrr", [300, 500, 700], 30, 4, 60, 600),  # so will one whose cpu is still hot from starting
    (3, "ruu", [400, 500, 700], 30, 3, 40, 400), (3, "rhh", [400, 500, 700], 30, 3, 40, 400),
    (2, "rrff", [500, 700], 30, 4, 60, 600),  # failed pods do not count
    (2, "rrdd", [500, 700], 30, 4, 60, 600),  # nor do those on their way out
    # shrinking
    (5, "rrrrr", [100, 300, 500, 250, 250], 50, 3, 28, 280),
    (5, "rrruu", [100, 300, 500, 250, 250], 50, 2, 30, 300), (5, "rrrhh", [100, 300, 500, 250, 250], 50, 2, 30, 300),
    (5, "rrrrrff", [100, 300, 500, 250, 250], 50, 3, 28, 280),
    # samples of pods that are not there, and pods without sample
    (4, "rrrr", [4000, 9500, 3000, 7000, 3200, 2000], 100, 24, 587, 5875),
    (4, "rrrr", [400, 95], 100, 3, 24, 247),
    (2, "rr", [1000], 100, 2, 100, 1000), (2, "rr", [1900], 100, 2, 190, 1900), (2, "rr", [600], 100, 2, 60, 600),
    (3, "urr", [100, 450], 50, 3, 45, 450), (3, "urr", [100, 2000], 50, 4, 200, 2000), (3, "hrr", [100, 2000], 50, 4, 200, 2000),
    (4, "urrr", [100, 100, 100], 50, 3, 10, 100),
    # nothing used
    (3, "rrr", [0, 0, 0], 50, 0, 0, 0),
    # the share is cut to whole percents before it is compared
    (10, "r" * 10, [1100] * 10, 100, 10, 110, 1100), (10, "r" * 10, [1110] * 10, 100, 12, 111, 1110),
])
def test_the_number_follows_the_share_of_what_was_asked_for(current, letters, levels, target, wanted, percent, average):
    found = calculator.by_utilization(current, target, "cpu", the_pods(letters), samples(levels), NOW, Tolerance())
    assert found == (wanted, percent, average)


@pytest.mark.parametrize(("current", "letters", "levels", "target", "wanted", "average"), [
    (3, "rrr", [20_000, 10_000, 30_000], 15_000, 4, 20_000),
    (3, "rru", [50_000, 10_000, 30_000], 15_000, 6, 30_000),  # not cpu: readiness says nothing about the sample
    (3, "hrr", [50_000, 15_000, 30_000], 15_000, 7, 31_666),
    (5, "rrrrr", [12_000] * 5, 20_000, 3, 12_000), (5, "rrruu", [12_000] * 5, 20_000, 3, 12_000),
    (3, "rrr", [20_000, 21_000, 21_000], 20_000, 3, 20_666),
    (2, "rrff", [20_000, 10_000], 10_000, 3, 15_000),
    (3, "rrp", [20_000, 20_000], 10_000, 4, 20_000), (3, "rr" "r", [20_000, 20_000], 10_000, 4, 20_000),
])
def test_the_number_follows_an_amount_a_pod(current, letters, levels, target, wanted, average):
    found = calculator.by_value(current, target, "", the_pods(letters), samples(levels), NOW, Tolerance())
    assert found == (wanted, average)


@pytest.mark.parametrize(("requests", "levels", "target", "tolerance", "wanted"), [
    ([900, 1000, 1100], [1010, 1030, 1020], 100, Tolerance(), 3),
    ([1000] * 3, [1100, 1100, 1100], 100, Tolerance(), 3), ([1000] * 3, [1110, 1110, 1110], 100, Tolerance(), 4),
    ([1000] * 3, [900, 900, 900], 100, Tolerance(), 3), ([1000] * 3, [600, 600, 600], 100, Tolerance(), 2),
    ([1000] * 3, [1200, 1200, 1200], 100, Tolerance(up=0.2), 3), ([1000] * 3, [600, 600, 600], 100, Tolerance(down=0.4), 3),
    ([1000] * 3, [1050, 1050, 1050], 100, Tolerance(up=0.0), 4), ([1000] * 3, [1050, 1050, 1050], 100, Tolerance(down=0.0), 3),
])
def test_within_the_tolerance_nothing_changes(requests, levels, target, tolerance, wanted):
    found = calculator.by_utilization(3, target, "cpu", the_pods("rrr", requests), samples(levels), NOW, tolerance)
    assert found[0] == wanted


@pytest.mark.parametrize(("letters", "levels", "message"), [
    ("", [500], "no pods returned by selector while calculating replica count"),
    ("uu", [500, 500], "did not receive metrics for targeted pods (pods might be unready)"),
    ("rr", [], "did not receive metrics for targeted pods (pods might be unready)"),
])
def test_without_pods_or_samples_there_is_no_answer(letters, levels, message):
    with pytest.raises(MetricError) as error:
        calculator.by_utilization(2, 50, "cpu", the_pods(letters), samples(levels), NOW, Tolerance())
    assert str(error.value) == message


def test_every_container_must_have_said_what_it_needs():
    pods = the_pods("rr")
    pods[1]["spec"]["containers"].append({"name": "log"})
    with pytest.raises(MetricError, match="missing request for cpu in container log of Pod p1"):
        calculator.requests_of(pods, "cpu")
    assert calculator.requests_of(pods, "cpu", "c") == {"p0": 1000, "p1": 1000}
    pods[1]["spec"]["resources"] = {"requests": {"cpu": "3"}}
    assert calculator.requests_of(pods, "cpu") == {"p0": 1000, "p1": 3000}


@pytest.mark.parametrize(("letter", "warming"), [("r", False), ("u", True), ("h", True)])
def test_the_cpu_of_a_pod_that_is_starting_says_nothing(letter, warming):
    assert calculator.is_warming_up(the_pods(letter)[0], samples([500])["p0"], NOW) is warming


def test_a_pod_that_was_ready_once_counts_even_if_it_is_not_now():
    pod = the_pods("r")[0]
    pod["status"]["conditions"] = [{"type": "Ready", "status": "False", "lastTransitionTime": at(3000)}]
    assert not calculator.is_warming_up(pod, samples([500])["p0"], NOW)
    pod["status"]["conditions"][0]["lastTransitionTime"] = at(20)  # within 30 s of its start: it never was
    assert calculator.is_warming_up(pod, samples([500])["p0"], NOW)


@pytest.mark.parametrize(("current", "letters", "ratio", "wanted"), [
    (3, "rrr", 20 / 15, 4), (3, "rrr", 1.05, 3), (3, "rru", 1.5, 3), (0, "", 3.2, 4), (0, "", 0.3, 1), (5, "rrrrr", 0.6, 3)])
def test_a_number_with_a_target_of_its_own_scales_the_ready_pods(current, letters, ratio, wanted):
    assert calculator.by_total(current, ratio, the_pods(letters), Tolerance()) == wanted


@pytest.mark.parametrize(("count", "total", "target", "wanted", "share"), [
    (3, 8600, 2150, 4, 2867), (2, 8600, 2150, 4, 4300), (4, 8600, 2150, 4, 2150), (3, 1000, 1000, 1, 334), (0, 5000, 1000, 5, 0)])
def test_a_number_that_pods_share_is_divided_among_them(count, total, target, wanted, share):
    assert calculator.by_share(count, total, target, Tolerance()) == (wanted, share)
