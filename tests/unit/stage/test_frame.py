"""Frames lead every page from what it shows to what is."""

from typing import Any

from lessons.stage.element import Element, Fields, View, put
from lessons.stage.frame import difference, whole


def a_view(*rows: tuple[str, str, str]) -> View:
    """Elements (id, parent, word)."""
    return {key: Element(key, parent, "pod", {"word": word}) for key, parent, word in rows}


def render(element: Element) -> str:
    return f"<{element.id}>"


def live(element: Element) -> Fields:
    return element.fields


class Page:
    """What the browser's renderer does, in few lines."""

    def __init__(self, view: View) -> None:
        self.take({"full": True, **whole(view, render, live)})

    def take(self, frame: dict[str, Any]) -> None:
        if frame.get("full"):
            self.order: dict[str, list[str]] = {}
            self.fields: dict[str, dict[str, str]] = {}
        for key in frame.get("del", ()):
            self.fields.pop(key, None)
            for children in self.order.values():
                if key in children:
                    children.remove(key)
        for parent, key, _, before in frame.get("add", ()):
            if key not in self.fields:
                self.fields[key] = {}
                self._insert(parent, key, before)
        for key, parent, before in frame.get("move", ()):
            for children in self.order.values():
                if key in children:
                    children.remove(key)
            self._insert(parent, key, before)
        for key, fields in frame.get("set", ()):
            if key in self.fields:
                self.fields[key].update(fields)

    def _insert(self, parent: str, key: str, before: str | None) -> None:
        children = self.order.setdefault(parent, [])
        children.insert(children.index(before) if before in children else len(children), key)


def test_nothing_changed_is_nothing_said() -> None:
    view = a_view(("a", "room", "Running"))
    assert difference(view, dict(view), render, live) == {}


def test_a_changed_field_costs_only_itself() -> None:
    delta = difference(a_view(("a", "room", "Running")), a_view(("a", "room", "Terminating")), render, live)
    assert delta == {"set": [["a", {"word": "Terminating"}]]}


def test_additions_know_their_place() -> None:
    old = a_view(("a", "room", ""), ("c", "room", ""))
    new = a_view(("a", "room", ""), ("b", "room", ""), ("c", "room", ""), ("d", "room", ""))
    page = Page(old)
    page.take(difference(old, new, render, live))
    assert page.order["room"] == ["a", "b", "c", "d"]


def test_a_pod_that_gets_a_node_moves_and_keeps_its_element() -> None:
    old, new = a_view(("a", "bench", "Pending")), a_view(("a", "room", "ContainerCreating"))
    delta = difference(old, new, render, live)
    assert delta["move"] == [["a", "room", None]]
    assert "add" not in delta and "del" not in delta


def test_what_was_inside_a_removed_room_is_not_named_again() -> None:
    old = a_view(("node-w", "rooms", ""), ("a", "bays-node-w", ""))
    assert difference(old, {}, render, live) == {"del": ["node-w"]}


def test_a_page_that_joined_between_two_frames_is_never_wrong() -> None:
    first = a_view(("a", "room", "1"), ("b", "room", "1"))
    between = a_view(("a", "room", "2"), ("c", "room", "1"))
    last = a_view(("a", "room", "1"), ("b", "room", "1"))
    unsure = {key for key in first.keys() | between.keys() if first.get(key) != between.get(key)}
    joined, steady = Page(between), Page(first)
    delta = difference(first, last, render, live, unsure)
    joined.take(delta)
    steady.take(delta)
    assert joined.fields == steady.fields == {"a": {"word": "1"}, "b": {"word": "1"}}


def test_what_another_template_draws_is_added_anew_with_what_lives_in_it() -> None:
    old: View = {}
    put(old, "part-a", "memory", "etcd", {"part": "a"})
    put(old, "pod-1", "staff-part-a", "pod", {"name": "x"})
    new: View = {}
    put(new, "part-a", "memory-node-a", "member", {"part": "a"})
    put(new, "pod-1", "staff-part-a", "pod", {"name": "x"})
    new["pod-1"] = old["pod-1"]
    delta = difference(old, new, lambda item: item.template, lambda item: item.fields)
    assert [row[1:3] for row in delta["add"]] == [["part-a", "member"], ["pod-1", "pod"]]
    assert "del" not in delta


def test_who_lived_in_what_is_gone_and_lives_elsewhere_now_is_added_there() -> None:
    old: View = {}
    put(old, "node-a", "rooms", "node", {"name": "a"})
    put(old, "pod-1", "bays-node-a", "pod", {"name": "x"})
    new: View = {}
    put(new, "pod-1", "bench-pods", "pod", {"name": "x"})
    delta = difference(old, new, lambda item: item.template, lambda item: item.fields)
    assert delta == {"del": ["node-a"], "add": [["bench-pods", "pod-1", "pod", None]]}
