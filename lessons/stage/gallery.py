"""Ready manifests to deploy: `lessons/content/gallery/*.yaml`; the first line of each is a comment with its title."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "content" / "gallery"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One of the gallery."""

    slug: str
    title: str  # what it is: 'Deployment'
    what: str  # and what it does
    text: str


@cache
def manifests() -> tuple[Manifest, ...]:
    """All of them, in the order of their files."""
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        first, _, text = file.read_text(encoding="utf-8").partition("\n")
        title, _, what = first.lstrip("# ").partition(": ")
        found.append(Manifest(file.stem.partition("-")[2], title, what, text))
    return tuple(found)
