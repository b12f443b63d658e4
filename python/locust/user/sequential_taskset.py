"""Task sets whose tasks run one after the other."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import nest_engine

from ..exception import LocustError
from .task import Task, TaskSet, TaskSetMeta, is_declared_task, repeat_task

__all__ = [
    "LocustError",
    "SequentialTaskSet",
    "SequentialTaskSetMeta",
    "TaskSet",
    "TaskSetMeta",
]


class SequentialTaskSetMeta(TaskSetMeta):
    """Collects tasks in the order of their declaration, with `tasks` at its place among the methods."""

    @staticmethod
    def collect_tasks(bases: tuple[type, ...], class_dict: dict[str, Any]) -> list[Task]:
        tasks: list[Task] = []
        for base in bases:
            tasks += getattr(base, "tasks", None) or []
        for name, member in class_dict.items():
            if name == "tasks":
                tasks += _sequence(member)
            if is_declared_task(member):
                tasks += repeat_task(member, member.locust_task_weight)
        return tasks


def _sequence(declared: Any) -> list[Task]:
    if isinstance(declared, list):
        return declared
    if isinstance(declared, dict):
        return [step for repeated, times in declared.items() for step in repeat_task(repeated, times)]
    raise ValueError("The 'tasks' attribute can only be set to list or dict")


class SequentialTaskSet(TaskSet, metaclass=SequentialTaskSetMeta):
    """Runs its tasks in the order of their declaration, over and over; a weight repeats a task in a row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._task_cycle = cycle(self.tasks)

    def get_next_task(self) -> Task:
        if not self.tasks:
            raise LocustError("No tasks defined. Use the @task decorator or set the 'tasks' attribute")
        return next(self._task_cycle)


for _name, _step in {"__init__": "begin sequence", "get_next_task": "next in turn"}.items():
    setattr(SequentialTaskSet, _name, nest_engine.NativeMethod(vars(SequentialTaskSet)[_name], _step))
