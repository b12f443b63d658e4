"""legacy_sequence.py for Locust 2."""

from parity_tools import trace

from locust import HttpUser, SequentialTaskSet, constant, task
from locust.exception import StopUser


class Steps(SequentialTaskSet):
    laps = 0

    @task
    def first(self):
        trace("first")
        self.client.get("/item/first")

    @task(2)
    def second(self):
        trace("second")
        self.client.get("/status/404", name="second")

    @task
    def third(self):
        trace("third")
        self.laps += 1
        if self.laps == 2:
            raise StopUser()


class StepUser(HttpUser):
    tasks = [Steps]
    wait_time = constant(0.01)
