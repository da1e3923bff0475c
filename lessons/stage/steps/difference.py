"""What a write changed in an object, as lines of YAML: only the fields that differ, with the keys that lead to them.

`kubectl diff` compares whole files; here what stays the same is left out first, so that a change of one field is one
line. managedFields never show; what a Secret keeps stays hidden.
"""

import difflib
from dataclasses import dataclass
from typing import Any

from cluster_sim.api import yaml

HIDDEN = "(hidden)"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
LINES = 120
SIGNS = {"+": "new", "-": "old", " ": "same"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the difference; `kind` is new, old or same, `sign` its first letter."""

    kind: str
    sign: str
    text: str


def readable(obj: Any) -> Any:
    """The object as people read it: without managedFields, and without what a Secret keeps."""
    trimmed = {**obj, "metadata": {key: value for key, value in obj["metadata"].items() if key != "managedFields"}}
    if obj.get("kind") == "Secret":
        annotations = {key: HIDDEN if key == LAST_APPLIED else value
                       for key, value in (trimmed["metadata"].get("annotations") or {}).items()}
        trimmed["metadata"] = {**trimmed["metadata"], **({"annotations": annotations} if annotations else {})}
        trimmed |= {name: dict.fromkeys(trimmed[name], HIDDEN) for name in ("data", "stringData") if trimmed.get(name)}
    return trimmed


def difference(before: Any, after: Any) -> tuple[Line, ...]:
    """The lines that differ between two states of an object (None: it was not, or is no more), at most `LINES`."""
    old = readable(before) if before is not None else None
    new = readable(after) if after is not None else None
    if old is not None and new is not None:
        old, new = _changed(_unversioned(old), _unversioned(new))
    found = [Line(SIGNS[row[0]], row[0], row[2:]) for row in difflib.ndiff(_lines(old), _lines(new)) if row[0] in SIGNS]
    if len(found) > LINES:
        found = [*found[:LINES], Line("same", " ", f"… {len(found) - LINES} more lines")]
    return tuple(found)


def _unversioned(obj: Any) -> Any:
    """Without the resourceVersion, which differs after every write: the step names the revision beside its lines."""
    return {**obj, "metadata": {key: value for key, value in obj["metadata"].items() if key != "resourceVersion"}}


def _lines(obj: Any) -> list[str]:
    return yaml.dump(obj).splitlines() if obj else []


def _changed(old: Any, new: Any) -> tuple[Any, Any]:
    """Both, without what they have in common. Items of a list belong together by name or type, else by place."""
    if isinstance(old, dict) and isinstance(new, dict):
        left, right = {}, {}
        for key in [*old, *(key for key in new if key not in old)]:
            if key in old and key in new:
                if old[key] != new[key]:
                    left[key], right[key] = _changed(old[key], new[key])
            elif key in old:
                left[key] = old[key]
            else:
                right[key] = new[key]
        return left, right
    if isinstance(old, list) and isinstance(new, list):
        return _changed_items(old, new)
    return old, new


def _changed_items(old: list[Any], new: list[Any]) -> tuple[Any, Any]:
    name = next((key for key in ("name", "type", "uid", "ip") if _named(old, key) and _named(new, key)), None)
    if name is None:
        return old, new
    left, right = [], []
    news = {item[name]: item for item in new}
    olds = {item[name]: item for item in old}
    for label in [*olds, *(label for label in news if label not in olds)]:
        one, other = olds.get(label), news.get(label)
        if one == other:
            continue
        if one is None or other is None:
            left += [one] if one is not None else []
            right += [other] if other is not None else []
        else:
            before, after = _changed(one, other)
            left.append({name: label, **before})
            right.append({name: label, **after})
    return left, right


def _named(items: list[Any], key: str) -> bool:
    return all(isinstance(item, dict) and key in item for item in items) and len({item[key] for item in items}) == len(items)
