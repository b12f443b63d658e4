"""What share of the work each user class and task has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from json import dumps
from typing import Any

from .task import Task, TaskSet
from .users import User, shown_name

__all__ = [
    "Ratios",
    "TaskSet",
    "User",
    "get_ratio",
    "print_task_ratio",
    "print_task_ratio_json",
]

Ratios = dict[str, dict[str, Any]]


def print_task_ratio(user_classes: list[type[User]], num_users: int | None, total: bool) -> None:
    """Print a table of shares: within each user class, or of the whole test if `total`."""
    _print_ratios(get_ratio(user_classes, _calc_distribution(user_classes, num_users), total))


def print_task_ratio_json(user_classes: list[type[User]], num_users: int | None) -> None:
    """Print both kinds of shares as JSON."""
    spawned = _calc_distribution(user_classes, num_users)
    ratios = {
        "per_class": get_ratio(user_classes, spawned, False),
        "total": get_ratio(user_classes, spawned, True),
    }
    print(dumps(ratios, indent=4))


def get_ratio(user_classes: Iterable[type[User]], user_spawned: Mapping[str, int], total: bool) -> Ratios:
    """The shares of classes and their tasks, given how many users of each class there are.

    Returns `{name: {"ratio": share, "tasks": {name: ...}}}`, shares from 0 to 1; those of tasks are of their
    class, or of the whole if `total`.
    """
    user_count = sum(user_spawned.values()) or 1
    ratios: Ratios = {}
    for user_class in user_classes:
        name = shown_name(user_class)
        ratio = user_spawned.get(name, 0) / user_count
        ratios[name] = {
            "ratio": ratio,
            "tasks": _get_task_ratio(user_class.tasks, total, ratio),
        }
    return ratios


def _get_task_ratio(tasks: list[Task], total: bool, parent_ratio: float) -> Ratios:
    whole = parent_ratio if total else 1.0
    ratios: Ratios = {}
    for task, count in Counter(tasks).items():
        ratio = count * whole / len(tasks)
        ratios[task.__name__] = {"ratio": ratio}
        if isinstance(task, type) and issubclass(task, TaskSet):
            ratios[task.__name__]["tasks"] = _get_task_ratio(task.tasks, total, ratio)
    return ratios


def _calc_distribution(user_classes: Iterable[type[User]], num_users: int | None) -> dict[str, int]:
    """How many users of each class a test of `num_users` has; None for as many as the weights add up to."""
    classes = list(user_classes)
    fixed_count = sum(cls.fixed_count for cls in classes)
    total_weight = sum(cls.weight for cls in classes if not cls.fixed_count)
    if not num_users:
        num_users = 1 if fixed_count else int(total_weight)
    weighted_count = max(0, num_users - fixed_count)
    return {
        shown_name(cls): cls.fixed_count or round(cls.weight / total_weight * weighted_count)
        for cls in classes
    }


def _print_ratios(ratios: Ratios, level: int = 0) -> None:
    indent = "  " * level
    for name, share in ratios.items():
        percent = f"{indent}{share['ratio'] * 100:<6.1f}"
        print(f" {percent:<10} {indent + name:<50}")
        _print_ratios(share.get("tasks", {}), level + 1)
