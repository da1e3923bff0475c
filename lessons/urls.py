"""Every page of the house, room by room."""

from importlib.util import find_spec

from django.urls import include, path

ROOMS = ("lessons.curriculum.urls", "lessons.stage.urls", "lessons.classroom.urls")


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


urlpatterns = [path("", include(room)) for room in ROOMS if _exists(room)]
