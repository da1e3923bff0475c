"""Elements as HTML: the same small templates render the first paint and every addition of a frame."""

import re
from functools import cache
from typing import Any

from django.template import Context, Template, loader
from django.utils.safestring import SafeString, mark_safe

from lessons.stage import icons
from lessons.stage.element import Element, Fields, View

PLACE = re.compile(r'data-f="(\w+)"')


@cache
def _template(name: str) -> Any:
    return loader.get_template(f"stage/{name}.html").template


@cache
def _places(name: str) -> frozenset[str]:
    """The fields a template has a place for."""
    return frozenset(PLACE.findall(_template(name).source))


def live(item: Element) -> Fields:
    """The fields that can change in the page."""
    places = _places(item.template)
    return {name: value for name, value in item.fields.items() if name[0] == "@" or name.lstrip("#%*") in places}


def element(item: Element, slots: dict[str, SafeString] | None = None) -> str:
    """One element. `slots` are its children: the slot 'bays' of node-w1 holds what has the parent bays-node-w1."""
    values: dict[str, Any] = {"id": item.id, "key": item.template, "slots": slots or {}}
    for field, value in item.fields.items():
        # '%' fields are HTML the stage itself wrote, with every text of the cluster escaped.
        html = icons.row(value) if field[0] == "*" else value
        values[field.lstrip("@#%*").replace("-", "_")] = mark_safe(html) if field[0] in "%*" else value
    template: Template = _template(item.template)
    return str(template.render(Context(values)))


class Known:
    """Remembers the HTML of elements that have not changed: a class that joins costs one rendering."""

    def __init__(self) -> None:
        self.html: dict[str, tuple[Element, str]] = {}

    def element(self, item: Element) -> str:
        """As `element`, remembered."""
        known = self.html.get(item.id)
        if known is not None and known[0] == item:
            return known[1]
        html = element(item)
        self.html[item.id] = (item, html)
        return html

    def forget(self, view: View) -> None:
        """Keep only what is still there."""
        self.html = {key: value for key, value in self.html.items() if key in view}


def page(view: View, known: Known) -> dict[str, SafeString]:
    """Every slot of the page filled: parent id (with _ for -) → HTML of its elements, children within."""
    children: dict[str, list[Element]] = {}
    for item in view.values():
        children.setdefault(item.parent, []).append(item)
    inner: dict[str, list[str]] = {}
    for parent in children:
        host = parent.partition("-")[2]
        if host in view:
            inner.setdefault(host, []).append(parent)

    def fill(parent: str) -> SafeString:
        return mark_safe("".join(one(item) for item in children[parent]))

    def one(item: Element) -> str:
        if item.id not in inner:
            return known.element(item)
        return element(item, {parent.partition("-")[0]: fill(parent) for parent in inner[item.id]})

    hosted = {parent for parents in inner.values() for parent in parents}
    return {parent.replace("-", "_"): fill(parent) for parent in children if parent not in hosted}
