"""What several locustfiles define together; offered as `locust.main.merge_locustfiles_content`."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

from .rpc.locustfiles import end_process
from .shape import LoadTestShape
from .user import User
from .util.load_locustfile import load_locustfile, load_locustfile_pytest

Merged = tuple[dict[str, type[User]], dict[str, LoadTestShape], dict[str, list[Any]], LoadTestShape | None]


def merge_locustfiles_content(locustfiles: Iterable[str]) -> Merged:
    """Import the files: user classes, shapes and the tasks of each class by name, and the shape in force.

    That is the first one. Without a user class in any of them, the test functions are what users do. Ends the
    process with code 1, and a line on stderr, if two files define classes of one name.
    """
    files = list(locustfiles)
    user_classes: dict[str, type[User]] = {}
    shapes: dict[str, LoadTestShape] = {}
    for file in files:
        found, found_shapes = load_locustfile(file)
        for name, user_class in found.items():
            known = user_classes.setdefault(name, user_class)
            if _source(known) != _source(user_class):
                end_process(
                    f"Duplicate user class names: {name} is defined in both {_source(known)} and "
                    f"{_source(user_class)}"
                )
        for shape in found_shapes:
            name = type(shape).__name__
            if name in shapes:
                end_process(f"Duplicate shape classes: {name}")
            shapes[name] = shape
    if not user_classes:
        for file in files:
            user_classes.update(load_locustfile_pytest(file))
    tasks = {name: list(user_class.tasks) for name, user_class in user_classes.items()}
    return user_classes, shapes, tasks, next(iter(shapes.values()), None)


def _source(user_class: type[User]) -> str | None:
    return inspect.getsourcefile(user_class)
