"""sys.exit() in a listener of `request` ends the program; the report of what was done must still come."""

import sys

from parity_tools import trace

from locust import HttpUser, constant, events, task


class Quitter(HttpUser):
    wait_time = constant(0.1)
    turns = 0

    def on_stop(self):
        trace("on_stop")

    @task
    def work(self):
        self.turns += 1
        self.client.get("/hello", name=f"turn {self.turns}")


@events.request.add_listener
def request(name, **kwargs):
    if name == "turn 3":
        sys.exit(9)


@events.test_stop.add_listener
def test_stop(**kwargs):
    trace("test_stop")


@events.quitting.add_listener
def quitting(**kwargs):
    trace("quitting")


@events.quit.add_listener
def quit_(exit_code, **kwargs):
    trace(f"quit {exit_code}")
