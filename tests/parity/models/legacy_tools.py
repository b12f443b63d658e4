"""What the legacy models share: written for Locust 0.14.6 and its Python, and importable here all the same."""

import json
import os

import gevent

from locust import events, runners
from locust.exception import StopLocust


def quit_when_deserted(user_count):
    """Ends the run when all users have ended by themselves, so that a slow machine has the time it needs."""

    def watch():
        while runners.locust_runner.user_count:
            gevent.sleep(0.05)
        gevent.sleep(0.3)  # what happens at the very end of a user may come after it
        runners.locust_runner.quit()

    gevent.spawn(watch)


events.hatch_complete += quit_when_deserted


def trace(*words):
    """Append a line to the file in which the suite compares what happened in which order."""
    with open(os.environ["PARITY_TRACE"], "a") as file:
        file.write(" ".join(str(word) for word in words) + "\n")


def fault(name):
    """The address of the server that misbehaves in this way."""
    return "http://127.0.0.1:{}".format(json.loads(os.environ["PARITY_PORTS"])[name])


def finish_after(locust, rounds):
    """To be called once in each task: ends the user after so many of them, which makes the counts exact."""
    locust.rounds_done = getattr(locust, "rounds_done", 0) + 1
    if locust.rounds_done >= rounds:
        raise StopLocust()
