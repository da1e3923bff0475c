"""What just happened: the chain that one act set off, numbered in the order in which its steps came to pass.

The followed chain begins with the latest act of a person. A number, once given, stays with its step. A step that is
told when a message arrives (a kubelet sees its pod) counts from its arrival, any other from when it began.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lessons.stage import kubectl, sentences
from lessons.stage.element import View, put
from lessons.stage.mirror import Mirror
from lessons.stage.routes import Route, kind_of, node_of, route

LINES = 60
ASKED = 200  # spans looked at on the way back from a step to the one that led to it
UNTOLD_FILES = ("phrases.py", "user.py", "faults.py")  # tables of words, and what a person did: no file decided that
LANES = {
    "user": "You",
    "kube-apiserver": "API server",
    "etcd": "etcd",
    "kube-scheduler": "Scheduler",
    "kube-controller-manager": "Controllers",
    "registry": "Registry",
    "load-balancer": "Load balancer",
}


@dataclass(slots=True)
class Story:
    """The followed chain: its root, the numbers given, what of it is on the page."""

    root: int | None = None
    numbers: dict[int, int] = field(default_factory=dict)
    spans: dict[int, Any] = field(default_factory=dict)  # the whole chain by id, details included
    fresh: list[int] = field(default_factory=list)  # steps numbered since the last frame
    hidden_before: int = 0
    started: bool = False
    typed: tuple[str, str] = ("", "")
    told: dict[int, tuple[str, int, str]] = field(default_factory=dict)  # span → text, names known, HTML

    def follow(self, cluster: Any, spans: Sequence[Any]) -> None:
        """Take in new spans; the newest act of a person becomes the root."""
        acts = [span for span in spans if is_act(span)]
        if not self.started:
            self.started = True
            first = _first_command(cluster)
            acts = [span for span in acts if first is not None and span.time >= first - 1e-9]
        if acts and acts[-1].id != self.root:
            self.root = acts[-1].id
            self.numbers, self.spans, self.fresh, self.told = {}, {}, [], {}
            self.hidden_before = background(cluster)
            self.typed = kubectl.typed(cluster.log(0)[1:])
        elif any(span.source.startswith("user/") for span in spans):  # a further request of the same act says what it is
            self.typed = kubectl.typed(cluster.log(0)[1:])
        if self.root is None:
            return
        self.spans = {span.id: span for span in cluster.chain(self.root) if span.id >= self.root}
        told = [span for span in self.spans.values() if span.level == "story" and span.id not in self.numbers]
        for span in sorted(told, key=lambda span: (moment(span), span.id)):
            self.numbers[span.id] = len(self.numbers) + 1
            self.fresh.append(span.id)

    def steps(self) -> list[Any]:
        """The numbered spans in their order, the newest `LINES` of them."""
        found = [self.spans[number] for number in self.numbers if number in self.spans]
        return found if len(found) <= LINES else [found[0], *found[-(LINES - 1) :]]

    def html(self, span: Any, names: Mapping[str, str]) -> str:
        """A step's text as HTML; marked up again only when there are new names to shorten."""
        text, count = span.text, len(names)
        known = self.told.get(span.id)
        if known is None or known[:2] != (text, count):
            known = self.told[span.id] = (text, count, sentences.marked(text, names))
        return known[2]

    def cause(self, span: Any, shown: set[int]) -> int | None:
        """The nearest step that led to this one: by its cause, else by what else it answers to (coalesced work, or the
        last thing heard before a silence)."""
        seen: set[int] = set()
        queue = [span]
        for parent in queue:
            for above in (parent.cause, *parent.also):
                if above in shown:
                    return int(above)
                if above is not None and above not in seen and above in self.spans and len(seen) < ASKED:
                    seen.add(above)
                    queue.append(self.spans[above])
        return None


def is_act(span: Any) -> bool:
    """A person did something: the beginning of a chain."""
    return span.cause is None and span.level == "story" and span.source.startswith("user/")


def is_delivery(span: Any) -> bool:
    """A message the door sends to who watches: its step is the arrival."""
    return kind_of(span.source) == "kube-apiserver" and kind_of(span.target) not in ("etcd", "kube-apiserver")


def moment(span: Any) -> float:
    """When the step came to pass."""
    return float(span.lands if is_delivery(span) and span.lands is not None else span.time)


def actor(span: Any) -> str:
    """The part whose step it is."""
    return str(span.target if is_delivery(span) else span.source)


def lane(part: str) -> str:
    """The lane of the timeline a part acts in."""
    return LANES.get(kind_of(part)) or node_of(part) or part.rpartition("/")[2]


def kind(span: Any) -> str:
    """Whose colour it has."""
    return "you" if kind_of(actor(span)) == "user" else "thread"


def way(span: Any) -> Route | None:
    """The route a step's message took; None for work in place."""
    return None if span.source == span.target or span.lands is None else route(span.source, span.target)


def background(cluster: Any) -> int:
    """How many heartbeats and idle watches there have been."""
    count = getattr(cluster, "background", None)
    return sum(count().values()) if count else 0


def draw(view: View, story: Story, mirror: Mirror, cluster: Any, now: float) -> None:
    """Put the chain's lines, the typed act and the chip of hidden heartbeats into the view."""
    steps = story.steps()
    shown = {span.id for span in steps}
    causes = {span.id: story.cause(span, shown) for span in steps}
    main = _main_line(steps, causes)
    start = steps[0].time if steps else 0.0
    newest = max((story.numbers[span.id] for span in steps), default=0)
    for span in steps:
        number = story.numbers[span.id]
        taken = way(span)
        put(
            view,
            f"span-{span.id}",
            "chain",
            "chain_line",
            {
                "span": str(span.id),
                "n": str(number),
                "kind": kind(span),
                "lane": lane(actor(span)),
                "time": f"{moment(span) - start:.6f}",
                "at": str(round(moment(span) * 1e6)),
                "@data-cause": str(causes[span.id] or ""),
                "@data-from": span.source,
                "@data-to": span.target,
                "@data-shape": taken.shape if taken else "",
                "@data-reversed": "1" if taken and taken.reversed else "",
                "@data-side": "" if span.id in main else "1",
                "@data-now": "1" if number == newest else "",
                "%text": story.html(span, mirror.names),
                "small": _small(span, start, now),
            },
        )
    put(
        view,
        "typed",
        "typed-box",
        "typed",
        {"@data-empty": "" if story.typed[0] else "1", "kubectl": story.typed[0], "request": story.typed[1]},
    )
    hidden = background(cluster) - story.hidden_before if story.root is not None else 0
    put(
        view,
        "hidden",
        "hidden-box",
        "hidden",
        {"@data-empty": "" if hidden > 0 else "1", "text": f"{hidden} heartbeat{'' if hidden == 1 else 's'} hidden"},
    )


def _small(span: Any, start: float, now: float) -> str:
    at = moment(span) - start
    words = [f"{at:.3f} s" if at < 100 else f"{at:.1f} s"]
    if span.revision:
        words.append(f"rev {span.revision}")
    if span.lands is not None and span.lands > now:
        words.append(f"lands in {span.lands - now:.3f} s")
    elif span.file and not span.file.endswith(UNTOLD_FILES):
        words.append(span.file.rpartition("/")[2])
    return " · ".join(words)


def _main_line(steps: list[Any], causes: dict[int, int | None]) -> set[int]:
    """The steps on the longest way from the root; the others are side effects and stand indented."""
    size = {span.id: 1 for span in steps}
    children: dict[int, list[int]] = {}
    for span in reversed(steps):
        above = causes[span.id]
        if above is not None:
            size[above] = size.get(above, 1) + size[span.id]
            children.setdefault(above, []).append(span.id)
    at = steps[0].id if steps else None
    main: set[int] = set()
    while at is not None:
        main.add(at)
        at = max(children.get(at, ()), key=lambda child: (size[child], child), default=None)
    return main


def _first_command(cluster: Any) -> float | None:
    """When the first act since the scene opened was; None before it."""
    acts = [record["at"] / 1e6 for record in cluster.log(0)[1:] if kubectl.is_act(record)]
    return acts[0] if acts else None
