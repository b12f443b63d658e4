"""Listeners of the run's own events that raise."""

from parity_tools import finish_after, trace

from locust import HttpUser, constant, events, task


@events.test_start.add_listener
def broken_start(**kwargs):
    raise ValueError("test_start is broken")


@events.test_start.add_listener
def sound_start(**kwargs):
    trace("second test_start listener")


@events.test_stop.add_listener
def broken_stop(**kwargs):
    raise ValueError("test_stop is broken")


@events.quitting.add_listener
def quitting(**kwargs):
    trace("quitting")


class Worker(HttpUser):
    wait_time = constant(0.01)

    @task
    def work(self):
        self.client.get("/hello")
        finish_after(self, 4)
