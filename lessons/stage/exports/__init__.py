"""What can be taken away: the cluster as a scene that opens again, the chain as Markdown and as a Mermaid diagram.

Pictures (SVG, PNG) are drawn by the page itself (`static/js/picture.js`): only it knows where things are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lessons.stage.exports import chain, scene


@dataclass(frozen=True, slots=True)
class Export:
    """A file to take away; `make(shown)` → its text, on the thread that owns what is shown."""

    kind: str
    ending: str
    make: Callable[[Any], str]


EXPORTS = {
    "scene": Export("application/yaml", "yaml", scene.text),
    "markdown": Export("text/markdown", "md", chain.markdown),
    "mermaid": Export("text/plain", "mmd", chain.mermaid),
}


def file_name(lesson: str, seconds: float, ending: str) -> str:
    """'podium-kill-a-pod-31s.yaml'."""
    slug = re.sub(r"[^a-z0-9]+", "-", lesson.removeprefix("play:").partition("@")[0].lower()).strip("-")[:40]
    return f"podium-{slug or 'cluster'}-{int(seconds)}s.{ending}"
