"""Runs users in this process for the tests of the package: no server, no signals, no printing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gevent

import locust  # noqa: F401  first, for the patching
from locust.env import Environment

DEADLINE_S = 60


def wait_until(condition: Callable[[], Any], what: str = "the condition") -> None:
    """Let other greenlets run until `condition()`; a generous deadline turns a hang into a failure."""
    with gevent.Timeout(DEADLINE_S, AssertionError(f"{what} did not come to pass in {DEADLINE_S} s")):
        while not condition():
            gevent.sleep(0.001)


def run_users(
    *user_classes: Any, until: Callable[[Environment], Any], users: int = 1, **environment_args: Any
) -> Environment:
    """Run so many users until the condition holds, stop them, and return the environment."""
    environment = Environment(user_classes=list(user_classes), **environment_args)
    runner = environment.create_local_runner()
    try:
        runner.start(users, spawn_rate=100)
        wait_until(lambda: until(environment), "what the test waits for")
    finally:
        with gevent.Timeout(DEADLINE_S):
            runner.quit()
    return environment


def run_to_end(*user_classes: Any, users: int = 1, **environment_args: Any) -> Environment:
    """Run users that end by themselves."""
    started: list[int] = []
    environment_args.setdefault("events", locust.event.Events())
    environment_args["events"].spawning_complete.add_listener(
        lambda user_count, **kw: started.append(user_count)
    )
    return run_users(
        *user_classes,
        users=users,
        until=lambda environment: started and not environment.runner.user_count,
        **environment_args,
    )
