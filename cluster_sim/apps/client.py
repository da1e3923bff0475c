"""A traffic client: a program that asks a URL again and again, and what its command line means.

`client --url=http://web --rate=20` (or `URL` and `RATE` in its environment) sends twenty requests a second whether or
not the earlier ones were answered (open loop: a slow server does not slow its clients down). Each request opens a
connection of its own unless `--keepalive`, so that each is spread anew over a Service's endpoints.

| option | default | meaning |
|-|-|-|
| --url | http://web | what to ask: http://HOST[:PORT][/PATH], or tcp://, postgres://, redis:// |
| --rate | 10 | requests a second, at most 100 |
| --timeout | 2s | how long a request may take in all |
| --keepalive | off | ask over one connection for as long as it lives |
| --requests | 0 | stop after so many (0: never) |
| --delay | 0s | wait first |
| --method | GET | POST writes a row, if a database is asked |
"""

from __future__ import annotations

import re
from typing import Any

from cluster_sim.kernel import MS, SECOND

MOST_A_SECOND = 100
DEFAULTS = {"url": "http://web", "rate": "10", "timeout": "2s", "keepalive": "", "requests": "0", "delay": "0s", "method": "GET"}
UNITS = {"ms": MS, "s": SECOND, "m": 60 * SECOND, "": SECOND}
PORTS = {"http": 80, "https": 443, "tcp": 80, "postgres": 5432, "redis": 6379, "mysql": 3306}


def parse(arguments: list[str], env: dict[str, str]) -> dict[str, Any]:
    """The command line as the network needs it: {"url", "period" and "timeout" in µs, "keepalive", "requests", "delay"}."""
    given = {**DEFAULTS, **{name: env[name.upper()] for name in DEFAULTS if name.upper() in env}}
    words = [*arguments]
    while words:
        name, equals, value = words.pop(0).lstrip("-").partition("=")
        if name == "keepalive":
            given[name] = value or "true"
        elif name in DEFAULTS:
            given[name] = value if equals else words.pop(0) if words else ""
        elif "://" in name or (equals and "://" in name + value):
            given["url"] = f"{name}{equals}{value}"
    rate = re.match(r"\d+(\.\d+)?", given["rate"])
    milli = max(1, round(float(rate[0]) * 1000)) if rate else 10_000  # requests in a thousand seconds
    return {
        "url": given["url"], "period": 1000 * SECOND // min(milli, MOST_A_SECOND * 1000),
        "timeout": duration(given["timeout"], 2 * SECOND), "keepalive": given["keepalive"] not in ("", "false", "0", "no"),
        "requests": int(given["requests"]) if given["requests"].isdigit() else 0, "delay": duration(given["delay"], 0),
        "verb": given["method"].upper(),
    }


def duration(text: str, default: int) -> int:
    """`2s`, `500ms`, `1m`, `3` in µs."""
    match = re.fullmatch(r"(\d+)(ms|s|m|)", text)
    return int(match[1]) * UNITS[match[2]] if match else default


def split_url(url: str) -> dict[str, Any]:
    """{"scheme", "host", "port", "path"} of a URL; a bare name is asked over HTTP."""
    scheme, mark, rest = url.partition("://")
    if not mark:
        scheme, rest = "http", url
    authority, slash, path = rest.partition("/")
    host, _, port = authority.rpartition("@")[2].partition(":")
    number = int(port) if port.isdigit() else PORTS.get(scheme, 80)
    return {"scheme": scheme, "host": host, "port": number, "path": f"{slash}{path}" or "/"}
