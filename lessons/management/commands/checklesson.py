"""`manage.py checklesson [folder …]`: what is not right in a lesson, and whether its scripts do what they should."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lessons.curriculum import checks, library
from lessons.curriculum.problems import LessonError


class Command(BaseCommand):
    help = "Read lessons, open their scenes, play their solutions and wrong turns."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="*", help="names in lessons/content; none: all lessons")

    def handle(self, *args: Any, **options: Any) -> None:
        folders = options["folder"] or sorted(
            folder.name for folder in library.CONTENT.iterdir() if (folder / "lesson.md").is_file())
        broken = 0
        for name in folders:
            folder = library.CONTENT / name
            if not folder.is_dir():
                raise CommandError(f"There is no folder {folder}.")
            try:
                for line in checks.play_through(folder):
                    self.stdout.write(f"{name}: {line}")
            except LessonError as error:
                broken += 1
                self.stderr.write(str(error))
        if broken:
            raise CommandError(f"{broken} of {len(folders)} lessons must be mended.")
