"""What the database keeps; each model is defined in its own room and only gathered here for Django."""

from lessons.classroom.models import JoinCode
from lessons.curriculum.models import Prediction, Progress
from lessons.hosting.models import ClusterSnapshot, CommandRecord, HostedCluster

__all__ = ["ClusterSnapshot", "CommandRecord", "HostedCluster", "JoinCode", "Prediction", "Progress"]
