"""What programs use of a machine: memory and disk as lines over time, CPU as steps over time and by requests served.

`usage_of` says it when a container starts, as plain data; everything asked later is read off, so a container that just
runs costs no events. Real programs' use is measured; ours is declared, in the table below (near the real ones at rest).

Any image with the name `load` uses what it is told: `--cpu=400m --memory=200Mi --disk=1Gi`, from `--after=60s` on and
for `--for=300s`. `stress` understands the options that the Kubernetes documentation uses (`--vm-bytes 250M`, `-cpus 2`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from cluster_sim.apps.images import base_name
from cluster_sim.apps.program import Program
from cluster_sim.kernel import MS, SECOND

MI = 1 << 20
GROWTH = 10 * MI  # bytes a second that a memory hog without a limit takes; or its RATE, in Mi
BUSY_LOOP = MS  # a shell's loop that comes round as fast as this never sleeps
HOG_AFTER = 10  # seconds in which a memory hog reaches its limit

# Image → memory at rest in MiB, CPU at rest in thousandths, CPU of one request in µs.
AT_REST: dict[str, tuple[int, int, int]] = {
    "nginx": (8, 1, 300), "httpd": (14, 1, 500), "caddy": (18, 1, 400), "web": (10, 1, 500), "redis": (7, 2, 100),
    "memcached": (4, 1, 50), "postgres": (48, 4, 2_000), "mysql": (180, 6, 2_000), "mariadb": (120, 5, 2_000),
    "mongo": (110, 6, 1_500), "coredns": (20, 2, 60), "metrics-server": (22, 4, 1_000), "pause": (1, 0, 0),
    "hpa-example": (12, 1, 40_000), "php-apache": (12, 1, 40_000), "busybox": (1, 0, 0), "alpine": (1, 0, 0),
    "kube-proxy": (18, 1, 0),
}
DEFAULT = (12, 1, 1_000)

Usage = dict[str, Any]


def usage_of(image: str, words: list[str], env: dict[str, str], program: Program, memory_limit: int | None) -> Usage:
    """{"memory", "disk": [at first, from µs on, bytes a second, bytes at most], "cpu": [[from µs, thousandths], …],
    "request": µs of CPU for each request served}. Equal containers share it: it is not to be changed."""
    busy = program["repeat"] is not None and program["repeat"][1] <= BUSY_LOOP
    return _usage(base_name(image), tuple(words), env.get("AFTER", ""), env.get("RATE", ""), busy, memory_limit)


@lru_cache(maxsize=1_024)
def _usage(name: str, words: tuple[str, ...], after_set: str, rate_set: str, busy: bool, memory_limit: int | None) -> Usage:
    memory, cpu, request = AT_REST.get(name, DEFAULT)
    found: Usage = {"memory": [memory * MI, 0, 0, None], "cpu": [[0, cpu]], "request": request, "disk": [0, 0, 0, None]}
    if busy:
        found["cpu"] = [[0, 1000]]
    if name == "memory-hog":
        after = _seconds(words[0] if words else after_set, HOG_AFTER)
        rate = _number(rate_set) * MI or GROWTH
        if memory_limit is not None and not rate_set:
            rate = max(1, (memory_limit - memory * MI) // max(1, after)) + 1
        found["memory"] = [memory * MI, 0, rate, None]
    elif name == "disk-hog":
        found["disk"] = [0, 0, (_number(rate_set) or 50) * MI, None]
    elif name == "load":
        _load(found, _options([*words]))
    elif "stress" in (name, *words[:1]):
        _stress(found, _options([*words]))
    return found


def _load(found: Usage, options: dict[str, str]) -> None:
    after = _seconds(options.get("after", ""), 0) * SECOND
    lasts = options.get("for")
    steps = [[0, 1]]
    if "cpu" in options:
        steps.append([after, _milli(options["cpu"])])
        if lasts:
            steps.append([after + _seconds(lasts, 0) * SECOND, 1])
    found["cpu"] = [step for step in steps if step[0] or step is steps[-1]] if not after else steps
    for what in ("memory", "disk"):
        if what in options:
            least, most = found[what][0], _bytes(options[what])
            found[what] = [least, after, max(1, most - least), max(least, most)]


def _stress(found: Usage, options: dict[str, str]) -> None:
    """polinux/stress (`--vm 1 --vm-bytes 150M --cpu 2`) and vish/stress (`-cpus 2 -mem-total 900Mi`)."""
    cpus = _number(options.get("cpus") or options.get("cpu") or options.get("c", ""))
    if cpus:
        found["cpu"] = [[0, 1000 * cpus]]
    size = options.get("vm-bytes") or options.get("mem-total")
    if size:
        most = _bytes(size) * max(1, _number(options.get("vm", "")))
        found["memory"] = [found["memory"][0], 0, max(1, most), max(found["memory"][0], most)]


# Read off

def level(line: list[Any], elapsed: int) -> int:
    """Bytes of memory or disk after so many µs."""
    first, begins, rate, most = line
    grown = int(first + rate * max(0, elapsed - begins) // SECOND)
    return grown if most is None else min(grown, most)


def grows(line: list[Any], elapsed: int) -> int:
    """Bytes a second by which it grows now or will from some moment on; 0: it stays as it is."""
    _, _, rate, most = line
    return 0 if most is not None and level(line, elapsed) >= most else int(rate)


def reaches(line: list[Any], bound: int) -> int | None:
    """µs from the start after which it is above a bound; None: never."""
    first, begins, rate, most = line
    if first > bound:
        return 0
    if not rate or (most is not None and most <= bound):
        return None
    return int(begins + (bound - first) * SECOND // rate + 1)


def cpu_time(usage: Usage, elapsed: int, served: int = 0) -> int:
    """µs of CPU used in so many µs of running, requests included."""
    total, steps = 0, usage["cpu"]
    for (begins, milli), (ends, _) in zip(steps, [*steps[1:], [elapsed, 0]], strict=True):
        total += milli * max(0, min(ends, elapsed) - begins) // 1000
    return total + served * int(usage["request"])


def cpu_now(usage: Usage, elapsed: int) -> int:
    """Thousandths of a CPU it uses by itself at this moment."""
    return next((int(milli) for begins, milli in reversed(usage["cpu"]) if begins <= elapsed), 0)


# Words of a command line

def _options(words: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for i, word in enumerate(words):
        name, equals, value = word.lstrip("-").partition("=")
        if word.startswith("-"):
            found[name] = value if equals else words[i + 1] if i + 1 < len(words) else ""
    return found


def _number(text: str) -> int:
    match = re.match(r"\d+", text)
    return int(match[0]) if match else 0


def _milli(text: str) -> int:
    match = re.fullmatch(r"(\d+)(?:\.(\d+))?(m?)", text)
    if match is None:
        return 0
    return int(match[1]) if match[3] else int(match[1]) * 1000 + int(((match[2] or "") + "000")[:3])


def _bytes(text: str) -> int:
    match = re.fullmatch(r"(\d+)([KMG]?)(i?)B?", text.replace("k", "K"))
    power = "KMG".find(match[2]) + 1 if match and match[2] else 0
    return int(match[1]) * (1024 if match[3] else 1000) ** power if match else 0


def _seconds(text: str, default: int) -> int:
    match = re.fullmatch(r"(\d+)(s|m|h|)", text)
    return int(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]] if match else default
