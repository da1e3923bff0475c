"""Frames: what differs between two views, as the few bytes that every viewer of a cluster gets.

    {"t": "frame", "n": 7, "full": false, "clock": {…},
     "set": [[id, {field: value}]], "add": [[parent, id, html, before | null]], "move": [[id, parent, before | null]],
     "del": [id], "msgs": [{…}], "flow": [[from, to, shape, reversed, count]], "routes": [[id, end, end, shape]], "zoom": "near",
     "say": "…"}

A full frame adds and sets every element; the browser keeps what it has, and removes what is not in it.
"""

from collections.abc import Callable, Iterable
from typing import Any

from lessons.stage.element import Element, Fields, View

Render = Callable[[Element], str]
Live = Callable[[Element], Fields]  # the fields that have a place in the page


def difference(old: View, new: View, render: Render, live: Live, unsure: Iterable[str] = ()) -> dict[str, Any]:
    """Set, add, move and del that lead from `old` to `new`.

    `unsure` are ids of which some viewer may know more than `old` says (it got a full frame in between): they are
    written out whole.
    """
    doubtful = set(unsure)
    gone = {key for key in old if key not in new} | {key for key in doubtful if key not in new}
    # What is drawn by another template the browser puts in the place of the old; with what lives in it.
    anew = {key for key, element in new.items() if key in old and old[key].template != element.template}
    lost = gone | anew  # what lived in one of these went with it, wherever it lives now
    delta: dict[str, Any] = {}
    outer = [key for key in sorted(gone) if key not in old or _host(old[key]) not in gone]
    if outer:
        delta["del"] = outer
    before = _next_siblings(new)
    sets, adds, moves = [], [], []
    for key, element in new.items():
        was = old.get(key)
        if was is None or key in doubtful or key in anew or _host(element) in anew or _host(was) in lost:
            adds.append([element.parent, key, render(element), before[key]])
            if key in doubtful:
                sets.append([key, live(element)])
        elif was is not element:
            changed = {name: value for name, value in element.fields.items() if was.fields.get(name) != value}
            if changed:
                sets.append([key, changed])
            if was.parent != element.parent:
                moves.append([key, element.parent, before[key]])
    # Last ones first: each finds its next sibling already in place.
    for name, rows in (("add", adds), ("move", moves[::-1]), ("set", sets)):
        if rows:
            delta[name] = rows
    return delta


def whole(view: View, render: Render, live: Live) -> dict[str, Any]:
    """Everything, for a page that has just connected."""
    return {
        "add": [[element.parent, key, render(element), None] for key, element in view.items()],
        "set": [[key, live(element)] for key, element in view.items()],
    }


def _host(element: Element) -> str:
    """The keyed element an element lives in, if its parent is a slot of one: 'bays-node-w1' → 'node-w1'."""
    return element.parent.partition("-")[2]


def _next_siblings(view: View) -> dict[str, str | None]:
    latest: dict[str, str] = {}
    before: dict[str, str | None] = {}
    for key in reversed(view):
        parent = view[key].parent
        before[key] = latest.get(parent)
        latest[parent] = key
    return before
