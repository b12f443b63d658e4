"""What models of old versions still say."""

from __future__ import annotations

import warnings
from typing import Any


def check_for_deprecated_task_set_attribute(class_dict: dict[str, Any]) -> None:
    """Warn of a `task_set` in the body of a modern user class, where `tasks` is meant."""
    if "task_set" in class_dict:
        warnings.warn(
            "A user class has the attribute 'task_set', which only HttpLocust and Locust understand: use 'tasks'",
            DeprecationWarning,
            stacklevel=3,
        )
