"""The commands of a story. Stage directions:

    scene workers=3 …             a cluster (`spec` of the Scene, as key=value; indented lines: manifests in it)
    advance 10                    let ten virtual seconds pass
    until pods/web-a phase=…      let time pass until a field has that value (at most `within=60` seconds)
    fault power-off worker-1      something goes wrong; `undo power-off worker-1` repairs it
    operate join-worker cpu=4     what an administrator does at a machine; a target stands without `=`
    story                         what happened since the last time it was asked, in the actors' words
    crash web-a                   a pod's container exits with code 1
    runs on worker-1              what really runs there; `rules of web on worker-1`: where its traffic goes (`reality.py`)
    story of kube-scheduler …     only what these processes did (`story of nobody`: what came before is known)
    running                       what containers the workers really run, and the rules they route by
    requests to web               what clients counted of their requests; `visit URL`: a person outside asks (`traffic.py`)
    leaders                       which etcd member, scheduler and controller manager leads; who runs at all

Everything else is `kubectl`, as a person types it (see `kubectl.py`).
"""

from __future__ import annotations

import shlex
from typing import Any

from cluster_sim import Cluster
from cluster_sim.api import yaml
from tests.unit.stories import kubectl, reality, traffic
from tests.unit.stories.names import Names

QUIET = ("kube-apiserver", "etcd")  # they take part in everything; `story of` can ask for them


class Stage:
    """A cluster, and what of its story has been told."""

    def __init__(self) -> None:
        self.cluster: Cluster | None = None
        self.names = Names()
        self.told = self.heard = 0  # spans: told by `story`; looked at for names
        self.acts = [0.0]  # when a person did something: a story's times are counted from the act before
        self.faults: dict[str, str] = {}
        self.counted: dict[str, Any] = {}  # target → what `requests` told last

    def run(self, command: str, given: str = "") -> str:
        """Carry out one command; → what it prints."""
        word, _, rest = self.names.mean(command).partition(" ")
        direction = getattr(self, f"do_{word}", None)
        text: str = kubectl.run(self, rest, given) if word == "kubectl" else direction(rest, given) if direction else ""
        if word != "kubectl" and direction is None:
            raise ValueError(f"There is no command {word!r}.")
        self.listen()
        return self.names.tell(text)

    @property
    def now(self) -> Cluster:
        """The cluster as it is."""
        if self.cluster is None:
            self.do_scene("", "")
        assert self.cluster is not None
        return self.cluster

    def listen(self) -> None:
        """Learn the names that were generated meanwhile, in the order of their coming."""
        for span in self.cluster.trace(self.heard) if self.cluster else ():
            self.heard = max(self.heard, span.id)
            self.names.learn(f"{span.subject} {span.text}")

    def begin_act(self) -> None:
        """A person does something: times are counted from here."""
        self.acts.append(self.now.now)

    def do_scene(self, rest: str, given: str) -> str:
        """Open a cluster and let it come to rest."""
        spec: dict[str, Any] = {"workers": 3, "addons": []}
        for pair in shlex.split(rest):
            key, _, value = pair.partition("=")
            spec[key] = yaml.load(value)
        seed = spec.pop("seed", 1)
        scene = {"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": spec}
        manifests = "".join(f"---\n{yaml.dump(one)}" for one in [scene]) + (f"\n---\n{given}" if given else "")
        self.cluster = Cluster.open(manifests, seed=seed)
        self.heard, self.acts, self.counted = 0, [0.0], {}
        self.cluster.advance(10)
        self.listen()
        self.told = self.heard
        self.begin_act()
        return ""

    def do_advance(self, rest: str, given: str) -> str:
        """Let time pass."""
        self.now.advance(float(rest.split()[0]))
        return ""

    def do_until(self, rest: str, given: str) -> str:
        """Let time pass until a field has a value; say how long that took."""
        (target, field, *more), limit = shlex.split(rest), 60.0
        for option in more:
            if option.startswith("within="):
                limit = float(option.removeprefix("within="))
        path, _, wanted = field.partition("=")
        start = self.now.now
        found = self.now.advance_until(lambda _: kubectl.field(self.find(target), path) == wanted, limit)
        if not found:
            return f"not within {limit:g} s: {path} is {kubectl.field(self.find(target), path)}"
        return f"({seconds(self.now.now - start)} later)"

    def do_fault(self, rest: str, given: str) -> str:
        """Something goes wrong."""
        name, target, *options = shlex.split(rest)
        self.begin_act()
        given_options = {key: yaml.load(value) for key, _, value in (one.partition("=") for one in options)}
        self.faults[f"{name} {target}"] = self.now.fault(name, target, **given_options)
        return ""

    def do_operate(self, rest: str, given: str) -> str:
        """An administrator does something at a machine."""
        name, *more = shlex.split(rest)
        self.begin_act()
        options = {key: yaml.load(value) for key, _, value in (one.partition("=") for one in more if "=" in one)}
        self.now.operate(name, next((one for one in more if "=" not in one), None), **options)
        return ""

    def do_undo(self, rest: str, given: str) -> str:
        """It is repaired."""
        self.begin_act()
        self.now.undo_fault(self.faults.pop(rest))
        return ""

    def do_runs(self, rest: str, given: str) -> str:
        """What a machine really runs."""
        return reality.runs(self, rest, given)

    def do_crash(self, rest: str, given: str) -> str:
        """The first container of a pod exits by itself."""
        return reality.crash(self, rest, given)

    def do_rules(self, rest: str, given: str) -> str:
        """Where a machine's traffic really goes."""
        return reality.rules(self, rest, given)

    def do_requests(self, rest: str, given: str) -> str:
        """What became of requests."""
        return traffic.requests(self, rest, given)

    def do_visit(self, rest: str, given: str) -> str:
        """A person outside asks."""
        return traffic.visit(self, rest, given)

    def do_story(self, rest: str, given: str) -> str:
        """What happened since it was last told."""
        wanted = rest.removeprefix("of ").split()
        spans = [span for span in self.now.trace(self.told) if span.level == "story"]
        self.told = self.now.trace()[-1].id if self.now.trace() else self.told
        self.listen()
        lines = []
        for span in spans:
            process = span.source.rpartition("/")[2] if not span.source.startswith("user/") else "user"
            if (process in wanted) if wanted else (process not in QUIET and span.phrase):
                act = max(time for time in self.acts if time <= span.time)
                lines.append(f"{seconds(span.time - act):>7}  {self.names.tell(span.text)}")
        return "\n".join(lines)

    def do_leaders(self, rest: str, given: str) -> str:
        """Which of several equal processes leads, as they themselves see it."""
        lines = []
        for process in ("etcd", "kube-scheduler", "kube-controller-manager"):
            parts = {part: view for part, view in self.now.parts().items() if part.endswith(f"/{process}")}
            leading = [view["node"] for view in parts.values()
                       if view.get("leader") or (view.get("raft") or {}).get("role") == "leader"]
            lines.append(f"{process + ':':<25}{', '.join(leading) or 'nobody'}")
        return "\n".join(lines)

    def do_running(self, rest: str, given: str) -> str:
        """What really runs on the workers, whatever the API server believes, and which rules their kernels have."""
        lines = []
        for part, view in self.now.parts().items():
            if part.endswith("/container-runtime") and "worker" in part:
                pods = sorted(self.names.tell(row["pod"]) for row in view["containers"] if row["state"] == "running")
                lines.append(f"{view['node']}: {', '.join(pods) or 'nothing'}")
            elif part.endswith("/kube-proxy") and "worker" in part:
                lines.append(f"{view['node']}: rules for {', '.join(view['rules']) or 'nothing'}")
        return "\n".join(lines)

    def find(self, target: str, namespace: str = "default") -> dict[str, Any] | None:
        """The object that `deployment/web` means."""
        kind, _, name = target.partition("/")
        return self.now.get(kubectl.resource_of(kind).plural, name, namespace)


def seconds(value: float) -> str:
    """`1.6 s`; what is less than a twentieth of a second is at once."""
    return f"{max(value, 0):.1f} s"
