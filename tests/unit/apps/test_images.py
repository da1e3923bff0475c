"""What images do, by name."""

import pytest

from cluster_sim import apps

SECOND = 1_000_000


@pytest.mark.parametrize(("image", "args", "ends", "code"), [
    ("nginx:1.27", [], None, 0), ("docker.io/library/nginx@sha256:0", [], None, 0), ("what-is-this:1", [], None, 0),
    ("registry.example:5000/team/crasher:2", [], 1, 1), ("crasher", ["7"], 7, 1), ("job:1", [], 5, 0),
    ("finisher:1", ["2"], 2, 0), ("busybox:1", [], 0.01, 0), ("memory-hog:1", [], None, 137)])
def test_a_program_ends_or_goes_on(image, args, ends, code):
    program = apps.program_of(image, [], args, {})
    assert (program["endsAfter"], program["code"]) == (None if ends is None else ends * SECOND, code)


def test_environment_steers_what_arguments_leave_open():
    program = apps.program_of("job:1", [], [], {"AFTER": "30", "CODE": "2"})
    assert (program["endsAfter"], program["code"], apps.reason_of(program, 2)) == (30 * SECOND, 2, "Error")


def test_too_much_memory_is_deadly_only_with_a_limit():
    limited, free = (apps.program_of("memory-hog:1", [], [], {}, limit) for limit in (True, False))
    assert (limited["endsAfter"], apps.reason_of(limited, 137)) == (10 * SECOND, "OOMKilled")
    assert free["endsAfter"] is None


def test_a_slow_starter_listens_late_and_a_database_later_than_a_web_server():
    slow = apps.program_of("slow-starter:1", [], ["20"], {})
    assert [apps.listens(slow, 80, time * SECOND) for time in (0, 19, 20)] == [False, False, True]
    starts = [apps.program_of(image, [], [], {})["listensAfter"] for image in ("nginx:1", "postgres:17")]
    assert starts[0] < SECOND < starts[1]


def test_a_stubborn_program_ignores_sigterm():
    assert apps.program_of("stubborn:1", [], [], {})["termAfter"] is None
    assert apps.program_of("nginx:1", [], [], {})["termAfter"] == SECOND
