"""The one Django app of the house; its rooms (hosting, live, stage, curriculum…) are plain packages inside it."""

from django.apps import AppConfig


class LessonsConfig(AppConfig):
    name = "lessons"
    label = "lessons"
    verbose_name = "Podium"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lessons import hosting
        from lessons.curriculum import class_live

        hosting.at_change(class_live.watch)
