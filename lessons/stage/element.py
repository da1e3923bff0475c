"""A keyed element: one changing thing on the stage, the unit in which pages are rendered and frames are written.

`template` names `templates/stage/<template>.html`, `parent` the id of the element it lives in. A field's first letter
says where it goes, in the template and in the browser (`static/js/renderer.js`):

    "x"  the text of [data-f="x"]        "@data-x"  an attribute of the element itself
    "#x" the icon of <use data-f="x">    "%x"       server-rendered HTML inside [data-f="x"]
    "*x" a row of marks inside [data-f="x"], as words: "c-running =fence c-creating|creating"
         (mark|look; =class of a plain piece)

Fields without a place in the template (`name`, `uid`) are for first paint only and never change.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Element:
    """One keyed element. Parents come before their children in a view."""

    id: str
    parent: str
    template: str
    fields: Fields


View = dict[str, Element]


def put(view: View, element_id: str, parent: str, template: str, fields: Fields) -> None:
    """Add an element to a view."""
    view[element_id] = Element(element_id, parent, template, fields)
