"""What is printed about the user classes instead of a run: --list, --show-task-ratio, --show-task-ratio-json."""

from __future__ import annotations

import contextlib
import io
from argparse import Namespace
from collections.abc import Iterable

from locust.env import Environment
from locust.user.inspectuser import print_task_ratio, print_task_ratio_json

from .output import show

RULE = "-" * 80


def print_users(names: Iterable[str]) -> None:
    """The names of the user classes, for --list."""
    show("Available Users:\n" + "".join(f"    {name}\n" for name in names))


def print_ratios(environment: Environment, options: Namespace) -> None:
    """The shares of classes and tasks, as a table or as JSON."""
    user_classes, users = environment.user_classes, options.num_users
    if options.equal_weights:
        environment.assign_equal_weights()
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        if options.show_task_ratio_json:
            print_task_ratio_json(user_classes, users)
        else:
            for title, total in (("Task ratio per User class", False), ("Total task ratio", True)):
                print(f"\n {title}\n{RULE}")
                print_task_ratio(user_classes, users, total)
    show(text.getvalue())
