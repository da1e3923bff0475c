"""Home, lessons, free play, sources."""

from django.urls import path, re_path

from lessons.curriculum import class_views, views
from lessons.home import beginnings
from lessons.home import views as home

urlpatterns = [
    path("", home.home, name="home"),
    path("instructors/", home.instructors, name="instructors"),
    path("clusters/<str:cluster_id>/", beginnings.cluster, name="cluster"),
    path("m/<str:moment_id>/", beginnings.moment, name="moment"),
    path("theme/", home.choose_theme, name="theme"),
    path("play/", home.play, name="play"),
    path("play/open/", beginnings.open_file, name="open-file"),
    path("home/story/", home.story, name="home-story"),
    re_path(r"^source/(?P<path>cluster_sim/[a-z_0-9/]+\.py)$", home.source, name="source"),
    path("lessons/<slug:slug>/", views.lesson_page, name="lesson"),
    path("lessons/<slug:slug>/panel/", views.panel_again, name="panel"),
    path("lessons/<slug:slug>/step/", views.step, name="step"),
    path("lessons/<slug:slug>/predict/", views.predict, name="predict"),
    path("class/<str:cluster_id>/card/", class_views.card, name="class-card"),
    path("class/<str:cluster_id>/wall/", class_views.wall, name="class-wall"),
    path("class/<str:cluster_id>/predict/", class_views.predict, name="class-predict"),
    path("lessons/<slug:slug>/again/", views.start_over, name="start-over"),
]
