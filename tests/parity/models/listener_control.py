"""Exceptions of the flow raised by a listener reach the task that made the request."""

from parity_tools import trace

from locust import HttpUser, constant, events, task
from locust.exception import RescheduleTask, StopUser

calls = []


@events.request.add_listener
def control(name, **kwargs):
    calls.append(name)
    if len(calls) == 2:
        raise RescheduleTask()
    if len(calls) == 5:
        raise StopUser()


@events.request.add_listener
def later(name, **kwargs):
    trace(f"later listener {name}")


class Obedient(HttpUser):
    wait_time = constant(0.01)

    def on_stop(self):
        trace("on_stop")

    @task
    def work(self):
        self.client.get("/item/1")
        trace("after the first")
        self.client.get("/item/2")
        trace("after the second")
