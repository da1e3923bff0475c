"""What the database keeps; each model is defined in its own room and only gathered here for Django."""

from lessons.classroom.models import JoinCode
from lessons.curriculum.models import Prediction, Progress
from lessons.hosting.models import ClusterSnapshot, CommandRecord, HostedCluster, KeptMoment, Origin

__all__ = ["ClusterSnapshot", "CommandRecord", "HostedCluster", "JoinCode", "KeptMoment", "Origin", "Prediction",
           "Progress"]
