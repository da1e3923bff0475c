"""Values as Go prints them where a message shows one.

Upstream: fmt's %+v of maps and slices; encoding/hex in k8s.io/apiserver/pkg/endpoints/handlers/rest.go (summarizeData).
"""

from __future__ import annotations

import json
from typing import Any

SHOWN = 30  # bytes of a body that an error shows


def plus_v(value: Any) -> str:
    """`map[spec:map[replicas:three]]`: keys sorted, strings bare."""
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{plus_v(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(plus_v(item) for item in value) + "]"
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def compact(value: Any) -> str:
    """JSON without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def summary(text: str) -> str:
    """The beginning of a body: as it is if it looks like JSON, else in hexadecimal."""
    if not text:
        return "<empty>"
    data = text.encode()
    if text[0] == "{":
        return text if len(data) <= SHOWN else data[:SHOWN].decode("utf-8", "replace") + " ..."
    return data.hex() if len(data) <= SHOWN else data[:SHOWN].hex() + " ..."


def json_error(text: str, error: Exception) -> str:
    """A JSON error in encoding/json's words, for the usual ones."""
    place = getattr(error, "pos", len(text))
    if place >= len(text):
        return "unexpected end of JSON input"
    where = "looking for beginning of value"
    words = str(error)
    if "property name" in words:
        where = "looking for beginning of object key string"
    elif "':' delimiter" in words:
        where = "after object key"
    elif "',' delimiter" in words:
        where = "after object key:value pair" if text.lstrip().startswith("{") else "after array element"
    elif "Extra data" in words:
        where = "after top-level value"
    letter = "\\'" if text[place] == "'" else text[place]
    return f"invalid character '{letter}' {where}"
