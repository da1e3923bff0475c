"""The addresses of the inspector and of the tools' panels."""

from django.urls import path

from lessons.stage import views

urlpatterns = [
    path("clusters/<str:cluster_id>/inspect/", views.inspect, name="inspect"),
    path("clusters/<str:cluster_id>/steps/<int:span>/", views.step, name="step"),
    path("clusters/<str:cluster_id>/export/<str:name>/", views.export, name="export"),
    path("clusters/<str:cluster_id>/twin/", views.in_words, name="twin"),
    path("clusters/<str:cluster_id>/traffic/", views.traffic_view, name="traffic"),
    path("clusters/<str:cluster_id>/memory/", views.memory_view, name="memory"),
    path("clusters/<str:cluster_id>/find/", views.find, name="find"),
    path("clusters/<str:cluster_id>/apply/", views.apply, name="apply"),
    path("clusters/<str:cluster_id>/tools/<str:name>/", views.tool, name="tool"),
]
