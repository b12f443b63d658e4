"""Where the classes lived until 0.14."""

from .exception import InterruptTaskSet, LocustError, RescheduleTask, RescheduleTaskImmediately, StopLocust
from .user.legacy import HttpLocust, Locust, TaskSequence, seq_task
from .user.task import TaskSet, TaskSetMeta, task

__all__ = [
    "HttpLocust",
    "InterruptTaskSet",
    "Locust",
    "LocustError",
    "RescheduleTask",
    "RescheduleTaskImmediately",
    "StopLocust",
    "TaskSequence",
    "TaskSet",
    "TaskSetMeta",
    "seq_task",
    "task",
]
