"""Where the classes lived until 0.14."""

from . import events
from .clients import HttpSession
from .exception import (
    InterruptTaskSet,
    LocustError,
    MissingWaitTimeError,
    RescheduleTask,
    RescheduleTaskImmediately,
    StopLocust,
)
from .user.legacy import HttpLocust, Locust, NoClientWarningRaiser, TaskSequence, seq_task
from .user.task import TaskSet, TaskSetMeta, task

__all__ = [
    "HttpLocust",
    "HttpSession",
    "InterruptTaskSet",
    "Locust",
    "LocustError",
    "MissingWaitTimeError",
    "NoClientWarningRaiser",
    "RescheduleTask",
    "RescheduleTaskImmediately",
    "StopLocust",
    "TaskSequence",
    "TaskSet",
    "TaskSetMeta",
    "events",
    "seq_task",
    "task",
]
