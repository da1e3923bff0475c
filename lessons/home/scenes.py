"""Scenes for free play: those of the lessons, and some that stand in `lessons/content/scenes/`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lessons.curriculum import library

FOLDER = Path(__file__).resolve().parent.parent / "content" / "scenes"


@dataclass(frozen=True, slots=True)
class PlayScene:
    """A scene to choose; the first line of its file is a comment with its title."""

    slug: str
    title: str
    text: str


@cache
def all_scenes() -> tuple[PlayScene, ...]:
    """Every scene, the folder's own first."""
    own = [PlayScene(file.stem, _title(text), text) for file in sorted(FOLDER.glob("*.yaml"))
           for text in [file.read_text(encoding="utf-8")]]
    lessons = (PlayScene(each.slug, f"as in ‘{each.title}’", each.scene) for each in library.open_lessons())
    return (*own, *lessons)


def find(slug: str) -> PlayScene:
    """The scene of that name; the first one for any other."""
    return next((scene for scene in all_scenes() if scene.slug == slug), all_scenes()[0])


def _title(text: str) -> str:
    return text.splitlines()[0].lstrip("# ").rstrip(".")
