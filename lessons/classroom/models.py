"""Join codes: which cluster a class follows."""

from django.db import models


class JoinCode(models.Model):
    """Six characters that let others watch one cluster. A cluster has one; it lives as long as the cluster."""

    code = models.CharField(primary_key=True, max_length=6)
    cluster = models.OneToOneField("lessons.HostedCluster", on_delete=models.CASCADE, related_name="join_code")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "lessons"

    def __str__(self) -> str:
        return self.code
