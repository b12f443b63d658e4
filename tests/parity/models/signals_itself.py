"""A task that ends the run by a signal to its own process."""

import os
import signal

from parity_tools import trace

from locust import HttpUser, constant, events, task

SIGNAL = getattr(signal, os.environ["OWN_SIGNAL"])


class Visitor(HttpUser):
    wait_time = constant(1.2)
    turn = 0

    def on_stop(self):
        trace("on_stop")

    @task
    def visit(self):
        self.client.get("/hello")
        self.turn += 1
        if self.turn == 2:
            trace("signal")
            self.wait_time = lambda: 60
            os.kill(os.getpid(), SIGNAL)


@events.test_stop.add_listener
def test_stop(**kwargs):
    trace("test_stop")


@events.quit.add_listener
def quit_(exit_code, **kwargs):
    trace(f"quit {exit_code}")
