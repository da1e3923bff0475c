"""Every page of the house, room by room. Sockets: `lessons.live.routing`."""

from django.urls import include, path

urlpatterns = [
    path("", include("lessons.curriculum.urls")),
    path("", include("lessons.stage.urls")),
    path("", include("lessons.classroom.urls")),
]
