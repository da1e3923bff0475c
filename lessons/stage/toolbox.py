"""The tools and the keys: one table each. The bar, the drawer of small screens, the sheet on `?` and the browser's own
map of keys are all made from these; there is no second list.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool of the stage. Those with a panel open it; the others are used by a press on a thing."""

    name: str
    title: str
    key: str
    icon: str
    does: str
    panel: bool = False


TOOLS = (
    Tool("kill", "Kill", "k", "kill", "a press on a pod deletes it at once"),
    Tool("inspect", "Inspect", "i", "look", "a press opens what a thing is, and why"),
    Tool("power", "Power", "p", "poweroff", "a press switches a node or a process off, or on again; a container crashes"),
    Tool("cut", "Cut", "c", "cut", "press one side, then the other: they no longer hear each other; or draw across a route"),
    Tool("add", "Add", "a", "add", "machines join the cluster, or leave it", True),
    Tool("deploy", "Deploy", "d", "deploy", "manifests: ready ones, or your own", True),
    Tool("scale", "Scale", "s", "scale", "more or fewer pods, another image, rollouts", True),
    Tool("traffic", "Traffic", "t", "traffic", "clients that call a Service, and how they fare", True),
    Tool("break", "Break", "b", "break", "everything else that can go wrong, and what is broken now", True),
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key (as `KeyboardEvent.key` in lower case; several by spaces), what it does and the browser's word for it."""

    keys: str
    caps: str
    does: str
    action: str = ""


KEYS = (
    *(Key(tool.key, tool.key.upper(), f"{tool.title}: {tool.does}", f"tool:{tool.name}") for tool in TOOLS),
    Key("l", "L", "Look: the same as Inspect", "tool:inspect"),
    Key("tab", "Tab", "to the next pod, process or room"),
    Key("arrowleft arrowup arrowdown arrowright", "← ↑ ↓ →", "to its neighbour in the room", "move"),
    Key("enter", "Enter", "use the pressed tool"),
    Key("delete backspace", "Delete", "kill the pod in focus", "kill"),
    Key("/", "/", "find by name, label, kind or node", "find"),
    Key("space", "Space", "play or pause", "toggle"),
    Key(",", ",", "one step back: look at the moment before", "back"),
    Key(".", ".", "one step", "step"),
    Key("n", "N", "next event: skip the waiting", "skip"),
    Key("r", "R", "the picture: what etcd believes, both, or what is real", "belief"),
    Key("u", "U", "undo your last act", "undo"),
    Key("escape", "Esc", "close what is open, or let go of a cut", "close"),
    Key("?", "?", "this sheet", "keys"),
)
