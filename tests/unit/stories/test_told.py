"""Every story in `told/` goes as it is written there. Read them: they are the shortest way to see the cluster at work.

After a change on purpose: `pytest tests/unit/stories --rewrite`, then read the difference.
"""

from pathlib import Path

import pytest

from tests.unit.stories import script
from tests.unit.stories.stage import Stage

STORIES = sorted((Path(__file__).parent / "told").glob("*.txt"))


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_the_story_goes_as_it_is_told(story: Path, request: pytest.FixtureRequest) -> None:
    told = story.read_text()
    now = script.render(script.play(script.parse(told), Stage().run))
    if request.config.getoption("--rewrite", default=False):
        story.write_text(now)
    assert now == (story.read_text() if request.config.getoption("--rewrite", default=False) else told)


def test_a_story_is_prose_commands_and_what_they_print() -> None:
    text = "A title\n\nProse.\n$ say hello\n  there\n----\nhello there\n\n$ nod\n\nThe end.\n"
    steps = script.parse(text)
    assert [(step.command, step.given, step.expected) for step in steps] == [
        ("say hello", ["there"], ["hello there"]), ("nod", [], []), ("", [], [])]
    assert script.render(steps) == text
    heard = script.play(steps, lambda command, given: f"{command.removeprefix('say ')} {given}".strip())
    assert script.render(heard) == text.replace("$ nod\n", "$ nod\n----\nnod\n")
