"""A lesson's folder: what is wrong with it is told with file and line, all at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lessons.curriculum import library, prose
from lessons.curriculum.problems import LessonError
from lessons.curriculum.reading import FILES, read_lesson


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the first lesson, to spoil."""
    return Path(shutil.copytree(library.CONTENT / "kill-a-pod", tmp_path / "my-lesson"))


def spoil(folder: Path, file: str, old: str, new: str) -> str:
    """Change a file, read the lesson, and give back the complaint."""
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    with pytest.raises(LessonError) as caught:
        read_lesson(folder, 1)
    return str(caught.value)


def test_a_copied_folder_is_a_lesson(folder: Path) -> None:
    lesson = read_lesson(folder, 30)
    assert (lesson.slug, lesson.title) == ("my-lesson", "Kill a pod")
    assert [step.kind for step in lesson.steps] == ["read", "predict", "do", "observe", "explain"]


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(LessonError, match=f"{file}: this file is missing"):
        read_lesson(folder, 1)


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("lesson.md", "## Do: ", "## Try: ", "'## Try: Kill a pod of web {until=killed}' is no step"),
        ("lesson.md", "- [x]", "- [ ]", "exactly one answer must be marked"),
        ("lesson.md", "until=killed", "until=gone", "waits for the goal 'gone', which goals.yaml does not have"),
        ("lesson.md", "until=killed", "after=killed", "'after=killed' is no setting of a step"),
        ("lesson.md", " {reveal=back}", "", "needs {reveal=…}"),
        ("lesson.md", "minutes: 6", "minutes: many", "'minutes' must be a whole number"),
        ("lesson.md", "promise:", "promise: [", "lesson.md, line"),
        ("lesson.md", "promise:", "pledge:", "the head has no 'promise'"),
        ("lesson.md", "link: https://", "link: ftp://", "must begin with https://"),
        ("goals.yaml", "after: killed", "after: later", "comes after 'later', which is no goal above it"),
        ("goals.yaml", "want: 3", "wants: 3", "has wants, which is nothing"),
        ("goals.yaml", "keep: low", "keep: lowest", "asks in 'keep' for lowest"),
        ("goals.yaml", "acts.exists(a", "acts.exists((a", "is no CEL"),
        ("goals.yaml", "    act: acts.exists", "    done: acts.exists", "must not tick without an act"),
        ("goals.yaml", "goals:", "goals: [", "goals.yaml, line"),
        ("solution.yaml", "op: kill", "op: slay", "needs an 'op': one of kill, request"),
        ("solution.yaml", "pick: app=web", "pod: web", "needs pick"),
    ],
)
def test_a_mistake_is_told_where_it_is(folder: Path, file: str, old: str, new: str, complaint: str) -> None:
    told = spoil(folder, file, old, new)
    assert complaint in told
    assert file in told


def test_everything_is_told_at_once(folder: Path) -> None:
    (folder / "scene.yaml").unlink()
    told = spoil(folder, "goals.yaml", "after: killed", "after: later")
    assert "scene.yaml" in told and "goals.yaml" in told


def test_the_path_has_29_lessons_in_five_parts_and_three_are_open() -> None:
    stops = [stop for part in library.path() for stop in part.stops]
    assert [len(part.stops) for part in library.path()] == [5, 6, 5, 4, 9]
    assert [stop.number for stop in stops if stop.lesson] == [1, 9, 12]


@pytest.mark.parametrize(
    ("markdown", "forbidden"),
    [
        ("<script>alert(1)</script>", "<script"),
        ("<img src=x onerror=alert(1)>", "<img"),
        ("[x](javascript:alert(1))", "href=\"javascript"),
        ("![x](https://elsewhere.example/x.png)", "<img"),
        ("[x](data:text/html,x)", "href=\"data"),
    ],
)
def test_lesson_text_can_do_no_harm(markdown: str, forbidden: str) -> None:
    assert forbidden not in prose.html(markdown)
    assert forbidden not in prose.inline(markdown)


def test_words_of_the_readers_cluster_are_put_in_and_escaped() -> None:
    text = prose.html("You deleted {killed|a pod}.")
    assert prose.with_words(text, {}) == "<p>You deleted a pod.</p>"
    assert prose.with_words(text, {"killed": "x2k7q"}) == "<p>You deleted <code>x2k7q</code>.</p>"
    assert "<b>" not in prose.with_words(text, {"killed": "<b>"})
