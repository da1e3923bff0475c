"""Ordinary `sh -c` lines, and what the cluster sees of them: output, end, exit code, signals."""

import pytest

from cluster_sim import apps

SECOND = 1_000_000


def run(script, **env):
    return apps.program_of("busybox:1", ["sh", "-c", script], [], env)


@pytest.mark.parametrize(("script", "ends", "code", "lines"), [
    ("echo hi", 0, 0, ["hi"]),
    ("echo one; sleep 2; echo two; exit 3", 2, 3, ["one", "two"]),
    ("echo \"$NAME's\" '$NAME' ${NAME}", 0, 0, ["web's $NAME web"]),
    ("false && echo no || echo yes", 0, 0, ["yes"]),
    ("for i in 1 2 3; do echo $i; sleep 1; done", 3, 0, ["1", "2", "3"]),
    ("if [ -f /tmp/x ]; then echo there; else echo missing; fi", 0, 0, ["missing"]),
    ("touch /tmp/x && [ -f /tmp/x ] && echo there", 0, 0, ["there"]),
    ("[ \"$NAME\" = web ] && exit 4", 0, 4, []),
    ("cat /tmp/none", 0, 1, ["cat: can't open '/tmp/none': No such file or directory"]),
    ("echo quiet > /tmp/log; echo loud 2>&1", 0, 0, ["loud"]),
    ("frobnicate --now", 0, 127, ["sh: 1: frobnicate: not found"]),
    ("exec sleep 5", 5, 0, []),
    ("# a comment\necho done", 0, 0, ["done"]),
    ("sleep 1m", 60, 0, []), ("sleep 0.5", 0.5, 0, []),
])
def test_a_script_takes_its_course(script, ends, code, lines):
    program = run(script, NAME="web")
    assert (program["endsAfter"], program["code"]) == (ends * SECOND, code)
    assert [text for _, text in apps.output(program, 10**12)] == lines


@pytest.mark.parametrize("script", ["sleep infinity", "while true; do date; sleep 5; done", "tail -f /dev/null",
                                    "while :; do :; done"])
def test_a_script_that_goes_round_never_ends(script):
    assert run(script)["endsAfter"] is None


def test_a_loop_goes_on_printing_without_any_event():
    program = run("echo start; while true; do echo tick; sleep 10; done")
    assert apps.output(program, 25 * SECOND) == [
        [0, "start"],
        [0, "tick"],
        [10 * SECOND, "tick"],
        [20 * SECOND, "tick"],
    ]
    assert len(apps.output(program, 10**6 * SECOND, limit=50)) == 50


@pytest.mark.parametrize(("script", "after", "code"), [
    ("sleep 100", None, 143), ("trap '' TERM; sleep 100", None, 143), ("trap 'exit 0' TERM; sleep 100", 0, 0),
    ("trap 'sleep 2; exit 5' TERM INT; sleep 100", 2, 5)])
def test_a_shell_without_a_trap_is_deaf_to_sigterm(script, after, code):
    program = run(script)
    assert program["termCode"] == code
    assert (program["termAfter"] is None) == (after is None)
    if after is not None:
        assert after * SECOND <= program["termAfter"] < after * SECOND + SECOND


def test_a_command_run_beside_the_program_sees_its_files():
    program = run("touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600")
    codes = [apps.run_command(["cat", "/tmp/healthy"], {}, apps.files_at(program, time * SECOND))["code"]
             for time in (1, 29, 30)]
    assert codes == [0, 0, 1]
