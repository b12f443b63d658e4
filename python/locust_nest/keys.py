"""What the keys do while a test runs: w and W more users, s and S fewer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from locust.env import Environment
from locust.running.states import STATE_SPAWNING

logger = logging.getLogger("locust.main")

STEPS = {"w": 1, "W": 10, "s": -1, "S": -10}
SPAWN_RATE = 100


def key_bindings(environment: Environment) -> dict[str, Callable[[], None]]:
    """A function for each key, for `locust.input_events.input_listener`."""
    return {key: partial(_change_users, environment, step) for key, step in STEPS.items()}


def _change_users(environment: Environment, step: int) -> None:
    runner = environment.runner
    if runner is None:
        return
    if runner.state == STATE_SPAWNING:
        more = "Already spawning users, can't spawn more right now"
        logger.warning(more if step > 0 else "Spawning users, can't stop right now")
        return
    runner.start(max(runner.user_count + step, 0), SPAWN_RATE)
