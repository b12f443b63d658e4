"""What the models of the parity suite share. It lies beside them, as a model's own helper module would."""

from __future__ import annotations

import json
import os
from typing import Any

import gevent
import gevent.event

from locust import events
from locust.exception import StopUser

SETTLE_S = 1.4
"""Between the last user's end and the end of the run: the CSV files are written once a second."""


@events.init.add_listener
def watch(environment: Any, **kwargs: Any) -> None:
    """Ends the run when all users have ended by themselves, so that a slow machine has the time it needs."""
    complete = gevent.event.Event()
    environment.events.spawning_complete.add_listener(lambda **kwargs: complete.set())

    def quit_when_deserted() -> None:
        complete.wait()
        while environment.runner.user_count:
            gevent.sleep(0.05)
        gevent.sleep(SETTLE_S)
        environment.runner.quit()

    gevent.spawn(quit_when_deserted)


def trace(line: str) -> None:
    """Append a line to the file in which the suite compares what happened in which order."""
    with open(os.environ["PARITY_TRACE"], "a", encoding="utf-8") as file:
        file.write(line + "\n")


def fault(name: str) -> str:
    """The address of the server that misbehaves in this way (see tests/support/fault_server.py)."""
    port = json.loads(os.environ["PARITY_FAULTS"])[name]
    return f"http://127.0.0.1:{port}"


def finish_after(user: Any, rounds: int) -> None:
    """To be called once in each task: ends the user after so many of them, which makes the counts exact."""
    user.rounds_done = getattr(user, "rounds_done", 0) + 1
    if user.rounds_done >= rounds:
        raise StopUser()
