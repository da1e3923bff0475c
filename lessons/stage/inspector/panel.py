"""What an inspector shows, as values that templates read."""

from dataclasses import dataclass, field

from lessons.stage.inspector.containers import Container
from lessons.stage.steps.around import Around
from lessons.stage.steps.scores import Row


@dataclass(frozen=True, slots=True)
class Input:
    """Something to fill in before an act. `name` stands as {name} in the act's body."""

    name: str
    label: str
    value: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that can be done: a button with its kubectl line. `data` are attributes for `inspector.js`."""

    title: str
    kubectl: str
    data: tuple[tuple[str, str], ...]
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in plain words; `good` is '1', '0' or '' (neither)."""

    good: str
    words: str
    small: str


@dataclass(frozen=True, slots=True)
class Event:
    """An Event of the cluster about this object."""

    type: str
    reason: str
    message: str
    small: str


@dataclass(frozen=True, slots=True)
class Link:
    """Another thing to inspect."""

    before: str
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything the inspector shows of one thing. `query` asks for it again (JSON)."""

    kind: str
    name: str
    query: str
    mark: str = ""
    look: str = ""
    say: tuple[str, ...] = ()  # safe HTML
    links: tuple[Link, ...] = ()
    why: tuple[Row, ...] = ()
    why_say: str = ""
    containers: tuple[Container, ...] = ()
    acts: tuple[Act, ...] = ()
    conditions: tuple[Condition, ...] = ()
    events: tuple[Event, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    yaml: str = ""
    typed: tuple[str, ...] = field(default=())
    around: Around | None = None
