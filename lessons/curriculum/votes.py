"""What a class has predicted. Until the cluster has answered there is only a count; nobody, the presenter included,
sees the answers before. Uses the database."""

from __future__ import annotations

from collections import Counter
from typing import Any

from lessons.curriculum.lesson import Lesson
from lessons.curriculum.models import Prediction


def count(cluster_id: str, lesson: Lesson, step: int) -> int:
    """How many have answered a question."""
    return Prediction.objects.filter(cluster=cluster_id, lesson=lesson.slug, step=step).count()


def shares(cluster_id: str, lesson: Lesson, step: int) -> list[dict[str, Any]]:
    """The answers with how many gave each: only for a question that the cluster has answered."""
    rows = Prediction.objects.filter(cluster=cluster_id, lesson=lesson.slug, step=step)
    given = Counter(rows.values_list("answer", flat=True))
    most = max(given.values(), default=0)
    return [{"text": option.text, "right": option.right, "count": given[option.key],
             "tenths": round(10 * given[option.key] / most) if most else 0}
            for option in lesson.steps[step].options]
