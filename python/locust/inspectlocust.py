"""The shares of tasks, as they were asked for until 0.14; today `locust.user.inspectuser`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .user.inspectuser import Ratios, _get_task_ratio, _print_ratios
from .user.users import User


def get_task_ratio_dict(tasks: Iterable[Any], total: bool = False, parent_ratio: float = 1.0) -> Ratios:
    """The shares of user classes, by their weights, or of tasks: `{name: {"ratio": share, "tasks": ...}}`.

    Those of the tasks within are of their parent, or of the whole if `total`.
    """
    listed = list(tasks)
    if not all(isinstance(task, type) and issubclass(task, User) for task in listed):
        return _get_task_ratio(listed, total, parent_ratio)
    whole = sum(user_class.weight for user_class in listed)
    ratios: Ratios = {}
    for user_class in listed:
        ratio = user_class.weight / whole * parent_ratio
        ratios[user_class.__name__] = {
            "ratio": ratio,
            "tasks": _get_task_ratio(user_class.tasks, total, ratio),
        }
    return ratios


def print_task_ratio(
    locusts: Iterable[Any], total: bool = False, level: int = 0, parent_ratio: float = 1.0
) -> None:
    """Print `get_task_ratio_dict` as a table."""
    _print_ratios(get_task_ratio_dict(locusts, total, parent_ratio), level)
