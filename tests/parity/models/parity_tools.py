"""What the models of the parity suite share. It lies beside them, as a model's own helper module would."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import gevent
import gevent.event

from locust import events
from locust.exception import LocustError, StopUser

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


steps: dict[str, int] = {}


def step(owner: str, text: str) -> None:
    """Trace something that `owner` did, with a number that keeps its order when the lines are sorted."""
    steps[owner] = steps.get(owner, 0) + 1
    trace(f"{owner} {steps[owner]:02}: {text}")


def attempt(label: str, call: Callable[[], Any]) -> Any:
    """Print what the call returns or which exception it raises, with its text but for Python's and Locust's own."""
    try:
        result = call()
    except Exception as error:
        own_words = isinstance(error, (TypeError, LocustError))
        text = "" if own_words else next(iter(str(error).splitlines()), "")
        print(f"{label}: raises {type(error).__name__} {text}")
        return None
    print(f"{label}: {result}")
    return result


def port(name: str) -> int:
    """The port of a server of tests/support/fault_server.py or side_servers.py."""
    number: int = json.loads(os.environ["PARITY_PORTS"])[name]
    return number


def fault(name: str) -> str:
    """The address of the server that misbehaves in this way."""
    return f"http://127.0.0.1:{port(name)}"


def certificate(name: str = "server") -> str:
    """The file with the certificate, and its key, that the HTTPS servers show; "misnamed" is the other one."""
    return os.environ["PARITY_CERTIFICATE"].replace("server.pem", f"{name}.pem")


def finish_after(user: Any, rounds: int) -> None:
    """To be called once in each task: ends the user after so many of them, which makes the counts exact."""
    user.rounds_done = getattr(user, "rounds_done", 0) + 1
    if user.rounds_done >= rounds:
        raise StopUser()


def run_each(*steps: Callable[[], Any], rounds: int = 1) -> None:
    """To be called in a task: runs the steps in their order, so often, whatever they raise, and ends the user."""
    for _ in range(rounds):
        for step in steps:
            try:
                step()
            except Exception as error:
                print(f"{step.__name__} ends with {type(error).__name__}: {error}")
    raise StopUser()
