"""What a real API server wrote is what our decoder would write: every recorded object is left as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cluster_sim.api import schema

CASES = Path(__file__).parents[2] / "golden" / "cases"
PLACEHOLDERS = {"<time>": "2026-01-01T00:00:00Z", "<port>": 30000}


def filled(value: Any) -> Any:
    """Placeholders replaced by something of their type."""
    if isinstance(value, dict):
        return {key: filled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item) for item in value]
    return PLACEHOLDERS.get(value, value) if isinstance(value, str) else value


def objects(body: Any) -> Iterator[dict[str, Any]]:
    """Every object of a built-in kind in an answer, an answer's list, or a watch."""
    for item in body if isinstance(body, list) else [body]:
        if not isinstance(item, dict):
            continue
        found = item["object"] if "type" in item and "object" in item else item
        kind, api_version = str(found.get("kind", "")), str(found.get("apiVersion", ""))
        if kind.endswith("List") and "items" in found:
            yield from objects([{"apiVersion": api_version, "kind": kind[:-4], **one} for one in found["items"]])
        elif schema.knows(api_version, kind) and "metadata" in found:
            yield found


def recorded() -> list[Any]:
    found = []
    for file in sorted(CASES.glob("*.jsonl")):
        for case in map(json.loads, file.read_text().splitlines()):
            hidden = {pointer.split("/")[1] for pointer in case.get("ignore", ()) if pointer.startswith("/")}
            if case.get("response", {}).get("status", 500) < 300 and not hidden & {"status", "spec"}:
                for number, obj in enumerate(objects(case["response"]["body"])):
                    found.append(pytest.param(filled(obj), id=f"{case['id']}-{number}"))
    return found


@pytest.mark.parametrize("obj", recorded())
def test_a_recorded_object_is_a_fixed_point(obj: dict[str, Any]) -> None:
    assert schema.decode(obj, obj["apiVersion"], obj["kind"]) == (obj, None, [])


def test_there_are_recordings() -> None:
    assert len(recorded()) > 150
