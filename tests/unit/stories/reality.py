"""What a story can see that kubectl cannot: what the machines really run, whatever the API server believes.

    crash web-a                a container of that pod exits
    runs on worker-1           the containers of that machine's runtime
    rules of web on worker-1   the addresses to which its kernel sends what is meant for Service web
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.stories.stage import Stage


def runs(stage: Stage, rest: str, given: str) -> str:
    """`web-…-a running`, one container a line."""
    machine = rest.removeprefix("on ")
    view = stage.now.parts()[f"{machine}/container-runtime"]
    lines = [f"{stage.names.tell(one['pod'])} {one['name']} {one['state']}" for one in view["containers"]]
    return "\n".join(sorted(lines)) or "nothing"


def crash(stage: Stage, rest: str, given: str) -> str:
    """A container exits, with code 1 or the one that is given, whether anybody notices or not."""
    pod, _, code = rest.partition(" ")
    stage.begin_act()
    target = next(one for one in stage.now.faults()["available"]["crash"]["targets"] if one.split("/")[2] == pod)
    stage.now.fault("crash", target, code=int(code or 1))
    return ""


def rules(stage: Stage, rest: str, given: str) -> str:
    """The addresses behind a Service, as that machine's rules have them."""
    service, _, machine = rest.removeprefix("of ").partition(" on ")
    rule = stage.now.parts()[f"{machine}/network"]["rules"].get(f"default/{service}")
    return "no rule" if rule is None else " ".join(sorted(one["address"] for one in rule["endpoints"])) or "nobody: refused"
