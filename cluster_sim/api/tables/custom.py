"""Columns of custom resources: additionalPrinterColumns, each a simple JSONPath.

Upstream: apiextensions-apiserver/pkg/registry/customresource/tableconvertor and client-go's util/jsonpath, of which a
column may use fields, indexes, wildcards, slices of one element and filters like [?(@.type=="Ready")].
"""

from __future__ import annotations

import json
import re
from typing import Any

from cluster_sim.api import meta

from .ages import UNKNOWN, since

Object = dict[str, Any]
Column = dict[str, Any]

AGE: Column = {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}

_STEP = re.compile(
    r"\.(?P<field>(?:\\.|[^.\[\]\\])+)"
    r"|\[(?:'(?P<quoted>(?:\\.|[^'])*)'|\"(?P<double>(?:\\.|[^\"])*)\"|(?P<index>-?\d+)|(?P<all>\*)"
    r"|\?\(@(?P<test>(?:\.[^=!<>\s\]]+)+)\s*(?P<operator>==|!=)\s*(?P<value>'[^']*'|\"[^\"]*\"|[^)\s]+)\s*\))\]"
)


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _steps(path: str) -> list[re.Match[str]] | None:
    """The path's steps; None when it is none of ours."""
    found, place = [], 0
    while place < len(path):
        step = _STEP.match(path, place)
        if step is None:
            return None
        found.append(step)
        place = step.end()
    return found


def _literal(text: str) -> Any:
    if text[:1] in "'\"":
        return text[1:-1]
    try:
        return json.loads(text)
    except ValueError:
        return text


def _take(value: Any, step: re.Match[str]) -> list[Any]:
    name = step["field"] or step["quoted"] or step["double"]
    if name is not None:
        if name == "*":
            return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        key = _plain(name)
        return [value[key]] if isinstance(value, dict) and key in value else []
    if step["index"] is not None:
        place = int(step["index"])
        return [value[place]] if isinstance(value, list) and -len(value) <= place < len(value) else []
    items = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    if step["all"]:
        return items
    wanted, negated = _literal(step["value"]), step["operator"] == "!="
    return [item for item in items if any((got == wanted) != negated for got in find(item, step["test"]))]


def find(obj: Any, path: str) -> list[Any]:
    """Everything the path leads to; an unreadable path leads nowhere."""
    steps = _steps(path if path.startswith((".", "[")) else f".{path}")
    values = [obj] if steps is not None else []
    for step in steps or ():
        values = [item for value in values for item in _take(value, step)]
    return values


def _printed(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, separators=(",", ":"))
    return str(value)


def _cell(kind: str, value: Any, now: int) -> Any:
    """One value as a cell of the column's type; null when it is of another."""
    if kind == "string":
        return _printed(value)
    if kind == "boolean":
        return value if isinstance(value, bool) else None
    if kind == "date":
        if not isinstance(value, str):
            return None
        try:
            return since(value, now)
        except ValueError:
            return "<invalid>"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if kind == "integer" else value


def custom_columns(columns: list[Column] | None) -> list[Column]:
    """The columnDefinitions: Name, then the CRD's own, Age when it has none."""
    found = [{"name": "Name", "type": "string", "format": "name", "description": "", "priority": 0}]
    for column in columns or [AGE]:
        found.append({
            "name": column["name"],
            "type": column["type"],
            "format": column.get("format", ""),
            "description": column.get("description", ""),
            "priority": column.get("priority", 0),
        })  # fmt: skip
    return found


def custom_cells(obj: Object, columns: list[Column] | None, now: int) -> list[Any]:
    cells: list[Any] = [meta.name(obj)]
    for column in columns or [AGE]:
        found = find(obj, column["jsonPath"])
        if not found or found[0] is None:
            cells.append(UNKNOWN if column is AGE else None)
        else:
            cells.append(_cell(column["type"], found[0], now))
    return cells
