"""The inspector's address."""

from django.urls import path

from lessons.stage import views

urlpatterns = [path("clusters/<str:cluster_id>/inspect/", views.inspect, name="inspect")]
