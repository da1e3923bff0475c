"""What is kept of a hosted cluster: who opened it, its command log, its last snapshots.

JSON stands in text columns, because the order of keys is state and a JSON column of some databases sorts them.
"""

from django.db import models


class HostedCluster(models.Model):
    """A cluster that somebody opened. `head` is the log's first record; `mark` says how far it had come."""

    id = models.CharField(primary_key=True, max_length=32)
    visitor = models.CharField(max_length=64)
    lesson = models.CharField(max_length=100)
    head = models.TextField()
    mark = models.TextField()  # {"at": µs, "after": events, "n": commands}
    speed = models.FloatField(default=1.0)
    paused = models.BooleanField(default=False)
    opened_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["visitor", "lesson"])]

    def __str__(self) -> str:
        return f"{self.lesson} {self.id}"


class CommandRecord(models.Model):
    """One line of a command log, in the order of `id`; never changed. A record of kind `undo` strikes what is
    after the command it goes back to."""

    id = models.BigAutoField(primary_key=True)
    cluster = models.ForeignKey(HostedCluster, on_delete=models.CASCADE, related_name="records")
    record = models.TextField()

    def __str__(self) -> str:
        return self.record[:80]


class ClusterSnapshot(models.Model):
    """A cluster's whole state at a position of its log, so that a restart need not replay from the start."""

    id = models.BigAutoField(primary_key=True)
    cluster = models.ForeignKey(HostedCluster, on_delete=models.CASCADE, related_name="snapshots")
    after = models.BigIntegerField()  # events run by then: orders the snapshots of one branch
    commands = models.IntegerField()
    data = models.BinaryField()
    taken_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.cluster_id} after {self.after} events"


class Origin(models.Model):
    """Where a cluster began that no lesson opened: which moment, of which cluster if that is still there."""

    cluster = models.OneToOneField(HostedCluster, on_delete=models.CASCADE, primary_key=True, related_name="origin")
    source = models.ForeignKey(HostedCluster, on_delete=models.SET_NULL, null=True, related_name="forks")
    lesson = models.CharField(max_length=100)
    at = models.BigIntegerField()  # virtual µs since the scene opened

    def __str__(self) -> str:
        return f"{self.cluster_id} from {self.lesson} at {self.at} µs"


class KeptMoment(models.Model):
    """A moment that was kept for whoever has its address: a log (its head first) and the position it leads to."""

    id = models.CharField(primary_key=True, max_length=16)
    visitor = models.CharField(max_length=64)
    lesson = models.CharField(max_length=100)
    log = models.TextField()
    position = models.TextField()  # [µs, events, commands]
    made_at = models.DateTimeField(auto_now_add=True)
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["visitor", "opened_at"])]

    def __str__(self) -> str:
        return f"{self.lesson} {self.id}"
