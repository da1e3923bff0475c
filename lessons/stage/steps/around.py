"""The chain around one thing: what was told of it last, back to the person or the timer behind it, forward to what came
of it.

Any thing of the stage has one: an object by the name its steps carry, a process by its part id, a node by either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lessons.stage import sentences
from lessons.stage.routes import kind_of, node_of
from lessons.stage.steps.describe import told_after, told_before

ABOUT_SHOWN = 8
BACK_SHOWN = 6
FORWARD_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Told:
    """A step as a line of a list; it opens like one of the chain."""

    span: int
    time: str
    html: str


@dataclass(frozen=True, slots=True)
class Around:
    """`began` says who set it off; `back` leads from there to the first of `about`; `forward` is what came of the last."""

    began: str
    back: tuple[Told, ...]
    about: tuple[Told, ...]
    forward: tuple[Told, ...]


def of_object(cluster: Any, obj: Any, names: Mapping[str, str]) -> Around | None:
    """The newest chain that tells of an object."""
    name, namespace = obj["metadata"]["name"], obj["metadata"].get("namespace")
    ending = f"/{namespace}/{name}" if namespace else f"/{name}"

    def about(span: Any) -> bool:
        return bool(span.subject == name or span.subject.endswith(ending) or name in map(str, span.args.values()) or any(
            str(value).endswith(f" {name}") for key, value in span.args.items() if key == "what"))

    return _around(cluster, about, names)


def of_part(cluster: Any, part: str, names: Mapping[str, str]) -> Around | None:
    """The newest chain a process had a part in."""
    return _around(cluster, lambda span: part in (span.source, span.target), names)


def _around(cluster: Any, about: Callable[[Any], bool], names: Mapping[str, str]) -> Around | None:
    newest = next((span for span in reversed(cluster.trace()) if span.level == "story" and about(span)), None)
    if newest is None:
        return None
    spans = {span.id: span for span in cluster.chain(newest.id)}
    mine = [span for span in spans.values() if span.level == "story" and about(span)][-ABOUT_SHOWN:]
    back: list[Any] = []
    above = told_before(mine[0], spans)
    while above is not None and above not in back:
        back.append(above)
        above = told_before(above, spans)
    root = (back or mine)[-1] if back else mine[0]
    led_to: dict[int, list[Any]] = {}
    for span in spans.values():
        for cause in (span.cause, *span.also):
            if cause is not None:
                led_to.setdefault(cause, []).append(span)
    forward = [span for span in told_after(mine[-1], led_to) if span not in mine]

    def told(span: Any) -> Told:
        return Told(span.id, f"{span.time:.3f} s", sentences.marked(span.text, names))

    kept = back if len(back) <= BACK_SHOWN else [*back[: BACK_SHOWN - 1], back[-1]]
    return Around(_began(root), tuple(told(span) for span in reversed(kept)), tuple(told(span) for span in mine),
                  tuple(told(span) for span in forward[:FORWARD_SHOWN]))


def _began(root: Any) -> str:
    """Who set it off."""
    if kind_of(root.source) == "user":
        return "A person began it."
    where = f" on {node_of(root.source)}" if node_of(root.source) else ""
    return f"Nobody began it by hand: a timer of {kind_of(root.source)}{where} did, or what was before is no longer kept."
