"""The addresses of the live sockets."""

from django.urls import path

from lessons.live.consumer import ClusterConsumer

urlpatterns = [
    path("ws/clusters/<str:cluster>/", ClusterConsumer.as_asgi()),
    path("ws/watch/<str:code>/", ClusterConsumer.as_asgi()),
]
