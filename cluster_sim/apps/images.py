"""Which program an image contains, by the last part of its name: `docker.io/library/nginx:1.27` is `nginx`.

The table below is the documentation: what a scene may use. An image that nobody knows holds a *quiet server*: it
listens on whatever port it is asked at, prints one line, runs until it is told to stop, and stops a second later.
"""

from __future__ import annotations

from collections.abc import Callable

from cluster_sim.apps import shell
from cluster_sim.apps.program import SIGKILL_CODE, SIGTERM_CODE, Program, program
from cluster_sim.kernel import MS, SECOND

Arguments = list[str]
Maker = Callable[[Arguments, dict[str, str]], Program]


def _says(text: str) -> list[list[int | str]]:
    return [[0, text]]


def quiet_server(arguments: Arguments, env: dict[str, str]) -> Program:
    """Listens, says so, and stops when told."""
    return program(lines=_says("started"), listens_after=100 * MS)


def web_server(arguments: Arguments, env: dict[str, str]) -> Program:
    """nginx and its like: up at once; stops after open requests are served."""
    return program(lines=_says("Configuration complete; ready for start up"), listens_after=50 * MS)


def database(arguments: Arguments, env: dict[str, str]) -> Program:
    """Reads its files first (3 s), and writes them back before it stops (2 s)."""
    return program(lines=[[0, "starting"], [3 * SECOND, "database system is ready to accept connections"]],
                   listens_after=3 * SECOND, term_after=2 * SECOND)


def crasher(arguments: Arguments, env: dict[str, str]) -> Program:
    """Ends with an error after a while: first argument (or AFTER) in seconds, 1 by default; CODE, 1 by default."""
    return program(lines=[[0, "started"], [_number(arguments, env, "AFTER", 1) * SECOND, "fatal: cannot go on"]],
                   ends_after=_number(arguments, env, "AFTER", 1) * SECOND, code=int(env.get("CODE", "1")))


def worker(arguments: Arguments, env: dict[str, str]) -> Program:
    """A job that finishes: first argument (or AFTER) in seconds, 5 by default; exit code CODE, 0 by default."""
    after = _number(arguments, env, "AFTER", 5) * SECOND
    return program(lines=[[0, "working"], [after, "done"]], ports=[], ends_after=after, code=int(env.get("CODE", "0")),
                   term_code=SIGTERM_CODE)


def stubborn(arguments: Arguments, env: dict[str, str]) -> Program:
    """Ignores SIGTERM: only SIGKILL, at the end of the grace period, ends it."""
    return program(lines=_says("started"), listens_after=100 * MS, term_after=None)


def slow_starter(arguments: Arguments, env: dict[str, str]) -> Program:
    """Runs at once but listens only after a while: first argument (or AFTER) in seconds, 20 by default."""
    after = _number(arguments, env, "AFTER", 20) * SECOND
    return program(lines=[[0, "warming up"], [after, "listening"]], listens_after=after)


def unhealthy(arguments: Arguments, env: dict[str, str]) -> Program:
    """Listens, but answers every health check with 503."""
    return program(lines=_says("started"), listens_after=100 * MS, healthy=False)


def memory_hog(arguments: Arguments, env: dict[str, str]) -> Program:
    """Takes ever more memory; with a memory limit it is killed for it after 10 s (or AFTER)."""
    after = _number(arguments, env, "AFTER", 10) * SECOND
    return program(lines=_says("started"), ends_after=after, code=SIGKILL_CODE, reason="OOMKilled")


def shell_image(arguments: Arguments, env: dict[str, str]) -> Program:
    """busybox and its like: a shell without a terminal has nothing to read and ends at once."""
    return program(ports=[], ends_after=10 * MS)


APPS: dict[str, Maker] = {
    "nginx": web_server,
    "httpd": web_server,
    "caddy": web_server,
    "web": web_server,
    "agnhost": web_server,
    "whoami": web_server,
    "http-echo": web_server,
    "echoserver": web_server,
    "hello-app": web_server,
    "postgres": database,
    "mysql": database,
    "mariadb": database,
    "mongo": database,
    "db": database,
    "redis": quiet_server,
    "memcached": quiet_server,
    "pause": quiet_server,
    "coredns": quiet_server,
    "crasher": crasher,
    "finisher": worker,
    "job": worker,
    "worker": worker,
    "pi": worker,
    "memory-hog": memory_hog,
    "stubborn": stubborn,
    "slow-starter": slow_starter,
    "unhealthy": unhealthy,
    "busybox": shell_image,
    "alpine": shell_image,
    "bash": shell_image,
    "debian": shell_image,
    "ubuntu": shell_image,
}
SHELLS = ("sh", "bash", "ash", "/bin/sh", "/bin/bash", "/bin/ash", "/usr/bin/sh")
COMMANDS = ("sleep", "echo", "true", "false", "env", "exit", "/bin/sleep", "/bin/echo", "/bin/true", "/bin/false")


def base_name(image: str) -> str:
    """`registry.example/team/web:1.4@sha256:…` → `web`."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def program_of(
    image: str, command: Arguments, args: Arguments, env: dict[str, str], memory_limit: bool = False
) -> Program:
    """The program a container runs: its command if that is a shell's business, else what its image holds."""
    made = _program_of(image, command, args, env)
    if made["reason"] == "OOMKilled" and not memory_limit:
        return {**made, "endsAfter": None}
    return made


def _program_of(image: str, command: Arguments, args: Arguments, env: dict[str, str]) -> Program:
    line = [*command, *args]
    if line and line[0] in SHELLS:
        for i, word in enumerate(line[1:], 1):
            if word.startswith("-") and "c" in word and i + 1 < len(line):
                return shell.run_script(line[i + 1], env, line[i + 2:])
        return shell_image(line, env)
    if line and line[0] in COMMANDS:
        return {**shell.run_script(" ".join(f"'{word}'" for word in line), env)}
    return APPS.get(base_name(image), quiet_server)(args or command, env)


def _number(arguments: Arguments, env: dict[str, str], name: str, default: int) -> int:
    text = arguments[0] if arguments and arguments[0].isdigit() else env.get(name, "")
    return int(text) if text.isdigit() else default
