"""Which program an image contains, by the last part of its name: `docker.io/library/nginx:1.27` is `nginx`.

The table `APPS` below says which; `docs/images.md` tells of each, and how arguments and environment steer it. An image
that nobody knows holds a *quiet server*: it listens on the container's ports (on any, if it names none), prints one
line, runs until it is told to stop, and stops a second later.

Real images of servers differ in how they take the runtime's signal to stop; ours do what most do, and what nginx (its
STOPSIGNAL is SIGQUIT) and httpd (SIGWINCH) do: no new connections, but what is under way is ended.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cluster_sim.apps import client, shell
from cluster_sim.apps.program import CUTS, DEFAULT_TERM, SERVES, SIGKILL_CODE, SIGTERM_CODE, Program, program
from cluster_sim.kernel import MS, SECOND

Arguments = list[str]
Maker = Callable[[Arguments, dict[str, str]], Program]


def _says(text: str) -> list[list[int | str]]:
    return [[0, text]]


def quiet_server(arguments: Arguments, env: dict[str, str]) -> Program:
    """Listens, says so, and stops when told."""
    return server(arguments, env, "started", listens_after=100 * MS)


def server(arguments: Arguments, env: dict[str, str], line: str, ports: list[int] | None = None, **more: Any) -> Program:
    """An HTTP server, steered by its environment: PORT, LATENCY, START, DRAIN, SHUTDOWN."""
    given = _options(arguments)
    port = given.get("http-port") or given.get("port") or given.get("listen", "").rpartition(":")[2] or env.get("PORT", "")
    drain = client.duration(env.get("DRAIN", ""), 0)
    if drain:
        more.update(on_term=SERVES, term_after=drain)
    elif env.get("SHUTDOWN") == "fast":
        more.update(on_term=CUTS, term_after=0)
    starts = client.duration(env.get("START", ""), more.pop("listens_after", 50 * MS))
    return program(lines=[[0, line]] if starts <= SECOND else [[0, "starting"], [starts, line]], listens_after=starts,
                   ports=[int(port)] if port.isdigit() else ports, latency=client.duration(env.get("LATENCY", ""), 2 * MS),
                   **more)


def web_server(arguments: Arguments, env: dict[str, str]) -> Program:
    """nginx and its like: up at once; stops after open requests are served."""
    return server(arguments, env, "Configuration complete; ready for start up", [80], says="Welcome to nginx!")


def serves_on(*ports: int) -> Maker:
    """A server that answers with its pod's name, on these ports (none: on the container's own)."""
    return lambda arguments, env: server(arguments, env, "listening", [*ports] or None, says="Hostname: {pod}")


def keeper(port: int, directory: str, starts: int, stops: int) -> Maker:
    """A database: reads its files first, and writes them back before it stops."""
    def make(arguments: Arguments, env: dict[str, str]) -> Program:
        lines: list[list[Any]] = [[0, "starting"], [starts, "database system is ready to accept connections"]]
        return program(lines=lines if starts else [[0, "Ready to accept connections"]], listens_after=starts or 50 * MS,
                       term_after=stops, ports=[port], serves="tcp", data=env.get("PGDATA", directory), says="{rows} rows")
    return make


def traffic_client(arguments: Arguments, env: dict[str, str]) -> Program:
    """Asks a URL again and again."""
    asks = client.parse(arguments, env)
    return program(lines=[[0, f"asking {asks['url']} {1000 * SECOND // asks['period'] / 1000:g} times a second"]], ports=[],
                   serves="", term_after=0, term_code=SIGTERM_CODE, client=asks)


def dns_server(arguments: Arguments, env: dict[str, str]) -> Program:
    """CoreDNS: in its last 5 s (`health { lameduck 5s }`) it answers on."""
    return program(lines=[[0, ".:53"], [100 * MS, "CoreDNS-1.13.1"]], listens_after=100 * MS, ports=[53, 8080, 8181, 9153],
                   serves="dns", process="coredns", latency=0, on_term=SERVES, term_after=5 * SECOND)


def of_the_cluster(process: str, *ports: int) -> Maker:
    """A part of the cluster that runs in a pod: what it does is not in its program."""
    return lambda arguments, env: program(lines=_says(f"starting {process}"), listens_after=100 * MS, ports=[*ports],
                                          process=process)


def pause(arguments: Arguments, env: dict[str, str]) -> Program:
    """Waits for a signal."""
    return program(ports=[], serves="")


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
    "nginx": web_server, "httpd": web_server, "caddy": web_server,
    "web": serves_on(), "whoami": serves_on(80), "agnhost": serves_on(8080), "echoserver": serves_on(8080),
    "hello-app": serves_on(8080), "node-hello": serves_on(8080), "http-echo": serves_on(5678),
    "postgres": keeper(5432, "/var/lib/postgresql/data", 3 * SECOND, 2 * SECOND),
    "mysql": keeper(3306, "/var/lib/mysql", 3 * SECOND, 2 * SECOND),
    "mariadb": keeper(3306, "/var/lib/mysql", 3 * SECOND, 2 * SECOND),
    "mongo": keeper(27017, "/data/db", 3 * SECOND, 2 * SECOND),
    "db": keeper(5432, "/data", 3 * SECOND, 2 * SECOND),
    "redis": keeper(6379, "/data", 0, DEFAULT_TERM), "memcached": keeper(11211, "", 0, DEFAULT_TERM),
    "client": traffic_client, "coredns": dns_server, "pause": pause,
    "calico-node": of_the_cluster("calico-node", 9099), "calico/node": of_the_cluster("calico-node", 9099),
    "metrics-server": of_the_cluster("metrics-server", 10250),
    "crasher": crasher, "finisher": worker, "job": worker, "worker": worker, "pi": worker,
    "memory-hog": memory_hog, "stubborn": stubborn, "slow-starter": slow_starter, "unhealthy": unhealthy,
    "busybox": shell_image, "alpine": shell_image, "bash": shell_image, "debian": shell_image, "ubuntu": shell_image,
    "curl": shell_image,
}
SHELLS = ("sh", "bash", "ash", "/bin/sh", "/bin/bash", "/bin/ash", "/usr/bin/sh")
COMMANDS = ("sleep", "echo", "true", "false", "env", "exit", "/bin/sleep", "/bin/echo", "/bin/true", "/bin/false")


def base_name(image: str) -> str:
    """`registry.example/team/web:1.4@sha256:…` → `web`."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def program_of(
    image: str, command: Arguments, args: Arguments, env: dict[str, str], memory_limit: bool = False,
    ports: list[int] | None = None,
) -> Program:
    """The program a container runs: its command if that is a shell's business, else what its image holds.

    `ports` are those the container's spec names: what an image of no known port listens on.
    """
    made = _program_of(image, command, args, env)
    if made["ports"] is None and ports:
        made = {**made, "ports": [*ports]}
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
    whole = image.partition("@")[0].rpartition(":")[0] or image
    made = APPS.get("/".join(whole.split("/")[-2:])) or APPS.get(base_name(image), quiet_server)
    return made(args or command, env)


def _options(arguments: Arguments) -> dict[str, str]:
    """`--name=value`, `--name value` and `-name=value` of a command line."""
    found: dict[str, str] = {}
    for i, word in enumerate(arguments):
        name, equals, value = word.lstrip("-").partition("=")
        if word.startswith("-"):
            found[name] = value if equals else arguments[i + 1] if i + 1 < len(arguments) else ""
    return found


def _number(arguments: Arguments, env: dict[str, str], name: str, default: int) -> int:
    text = arguments[0] if arguments and arguments[0].isdigit() else env.get(name, "")
    return int(text) if text.isdigit() else default
