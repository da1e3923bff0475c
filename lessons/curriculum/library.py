"""All lessons: the path of 29 in its five parts, and those of them whose folder is here.

A folder in `lessons/content/` that the path does not name is a lesson too (an instructor's own): it is listed after
the path. A folder with problems is not opened; its problems are told in the log and by `manage.py checklesson`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cluster_sim.api import yaml
from lessons.curriculum.lesson import Lesson
from lessons.curriculum.problems import LessonError
from lessons.curriculum.reading import read_lesson

log = logging.getLogger(__name__)
CONTENT = Path(__file__).resolve().parent.parent / "content"
PATH = Path(__file__).resolve().parent / "path.yaml"


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop on the path; `lesson` is None until its folder is here."""

    number: int
    slug: str
    title: str
    lesson: Lesson | None


@dataclass(frozen=True, slots=True)
class Part:
    """One of the five parts, with the question it answers."""

    number: int
    title: str
    question: str
    stops: tuple[Stop, ...]


@cache
def path() -> tuple[Part, ...]:
    """The path, in order."""
    parts: list[Part] = []
    number = 0
    for part in yaml.load(PATH.read_text(encoding="utf-8")):
        stops = []
        for row in part["lessons"]:
            number += 1
            stops.append(Stop(number, row["slug"], row["title"], _open(row["slug"], number)))
        parts.append(Part(len(parts) + 1, part["title"], part["question"], tuple(stops)))
    return tuple(parts)


@cache
def own_lessons() -> tuple[Lesson, ...]:
    """Lessons beside the path: an instructor's own folders."""
    named = {stop.slug for part in path() for stop in part.stops}
    folders = sorted(folder.name for folder in CONTENT.iterdir() if (folder / "lesson.md").is_file())
    found = (_open(slug, 0) for slug in folders if slug not in named)
    return tuple(lesson for lesson in found if lesson)


def find(slug: str) -> Lesson | None:
    """The lesson of that name, if it is open."""
    found = (stop.lesson for part in path() for stop in part.stops if stop.slug == slug)
    return next(found, None) or next((lesson for lesson in own_lessons() if lesson.slug == slug), None)


def part_of(lesson: Lesson) -> Part | None:
    """The part of the path a lesson stands in."""
    return next((part for part in path() if any(stop.slug == lesson.slug for stop in part.stops)), None)


def after(lesson: Lesson) -> Stop | None:
    """The next stop on the path that is open."""
    stops = [stop for part in path() for stop in part.stops]
    return next((stop for stop in stops if stop.number > lesson.number and stop.lesson), None)


def open_lessons() -> tuple[Lesson, ...]:
    """Every lesson that can be opened."""
    return (*(stop.lesson for part in path() for stop in part.stops if stop.lesson), *own_lessons())


def _open(slug: str, number: int) -> Lesson | None:
    folder = CONTENT / slug
    if not folder.is_dir():
        return None
    try:
        return read_lesson(folder, number)
    except LessonError as error:
        log.error("%s", error)
        return None
