"""Elements as HTML: the same small templates render the first paint and every addition of a frame."""

from functools import cache
from typing import Any

from django.template import Context, Template, loader
from django.utils.safestring import SafeString, mark_safe

from lessons.stage import icons
from lessons.stage.element import Element, View


@cache
def _template(name: str) -> Any:
    return loader.get_template(f"stage/{name}.html").template


def forget_templates() -> None:
    """Read the templates again (for those who edit them)."""
    _template.cache_clear()


def element(item: Element, slots: dict[str, SafeString] | None = None) -> str:
    """One element. `slots` are its children: the slot 'bays' of node-w1 holds what has the parent bays-node-w1."""
    values: dict[str, Any] = {"id": item.id, "slots": slots or {}}
    for field, value in item.fields.items():
        # '%' fields are HTML the stage itself wrote, with every text of the cluster escaped.
        html = icons.row(value) if field[0] == "*" else value
        values[field.lstrip("@#%*").replace("-", "_")] = mark_safe(html) if field[0] in "%*" else value
    template: Template = _template(item.template)
    return str(template.render(Context(values)))


def page(view: View) -> dict[str, SafeString]:
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
        return mark_safe("".join(element(item, slots(item)) for item in children[parent]))

    def slots(item: Element) -> dict[str, SafeString]:
        return {parent.partition("-")[0]: fill(parent) for parent in inner.get(item.id, ())}

    hosted = {parent for parents in inner.values() for parent in parents}
    return {parent.replace("-", "_"): fill(parent) for parent in children if parent not in hosted}
