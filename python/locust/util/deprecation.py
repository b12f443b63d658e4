"""What models of old versions still say."""

from __future__ import annotations

import warnings
from typing import Any

__all__ = [
    "DeprecatedFastHttpLocustClass",
    "DeprecatedHttpLocustClass",
    "DeprecatedLocustClass",
    "check_for_deprecated_task_set_attribute",
    "deprecated_locust_meta_class",
]


def check_for_deprecated_task_set_attribute(class_dict: dict[str, Any]) -> None:
    """Warn of a `task_set` in the body of a modern user class, where `tasks` is meant."""
    if "task_set" in class_dict:
        warnings.warn(
            "A user class has the attribute 'task_set', which only HttpLocust and Locust understand: use 'tasks'",
            DeprecationWarning,
            stacklevel=3,
        )


def deprecated_locust_meta_class(deprecation_message: str) -> Any:
    """A metaclass for a class that must not be derived from any more: `ImportError` with the message."""

    class MetaClass(type):
        def __new__(mcs, classname: str, bases: tuple[type, ...], class_dict: dict[str, Any]) -> MetaClass:
            if bases:
                raise ImportError(deprecation_message)
            return super().__new__(mcs, classname, bases, class_dict)

    return MetaClass


def _renamed(old: str, new: str) -> type:
    message = (
        f"The {old} class has been renamed to {new} in version 1.0 of Locust "
        f"(locust.{old} is the class of models written for versions until 0.14)"
    )
    return deprecated_locust_meta_class(message)(f"Deprecated{old}Class", (), {})


# What Locust has for the old classes. Ours are those that work: `locust.Locust`, `locust.HttpLocust` and
# `locust.contrib.fasthttp.FastHttpLocust`.
DeprecatedLocustClass = _renamed("Locust", "User")
DeprecatedHttpLocustClass = _renamed("HttpLocust", "HttpUser")
DeprecatedFastHttpLocustClass = _renamed("FastHttpLocust", "FastHttpUser")
