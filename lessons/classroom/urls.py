"""Addresses of the classroom."""

from django.urls import path

from lessons.classroom import views

urlpatterns = [
    path("join/", views.join, name="join"),
    path("join/<str:code>/", views.join_code, name="join-code"),
    path("watch/<str:code>/", views.watch, name="watch"),
    path("present/<str:cluster_id>/", views.present, name="present"),
    path("classroom/invite/<str:cluster_id>/", views.invite, name="invite"),
]
