"""What is not right in a lesson's folder, in words for the person who wrote it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: the file, the line (0: the file as a whole) and what to do."""

    file: str
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.file}{f', line {self.line}' if self.line else ''}: {self.words}"


class LessonError(ValueError):
    """A folder that is no lesson yet; it lists everything that was found, not only the first."""

    def __init__(self, slug: str, problems: list[Problem]) -> None:
        self.slug = slug
        self.problems = problems
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"Lesson {slug} cannot be opened yet:\n{lines}")
