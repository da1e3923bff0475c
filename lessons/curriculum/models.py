"""How far somebody is in a lesson, and what they predicted before they saw it."""

from django.db import models


class Progress(models.Model):
    """One visitor in one lesson: the step they are at, the furthest they were, and the goals seen done."""

    visitor = models.CharField(max_length=64)
    lesson = models.CharField(max_length=100)
    step = models.PositiveSmallIntegerField(default=0)
    furthest = models.PositiveSmallIntegerField(default=0)
    goals = models.TextField(default="", blank=True)  # ids of goals done, separated by spaces
    finished_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visitor", "lesson"], name="one_progress_a_lesson")]

    def __str__(self) -> str:
        return f"{self.lesson}: step {self.step + 1}"


class Prediction(models.Model):
    """One answer to one question. The first stays: it was given before the reveal.

    `cluster` is the presenter's cluster for those who follow a class, empty in one's own lesson.
    """

    visitor = models.CharField(max_length=64)
    lesson = models.CharField(max_length=100)
    step = models.PositiveSmallIntegerField()
    cluster = models.CharField(max_length=32, default="", blank=True)
    answer = models.CharField(max_length=8)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visitor", "lesson", "step", "cluster"], name="one_answer_a_question")
        ]
        indexes = [models.Index(fields=["cluster", "lesson", "step"])]

    def __str__(self) -> str:
        return f"{self.lesson}, step {self.step + 1}: {self.answer}"
