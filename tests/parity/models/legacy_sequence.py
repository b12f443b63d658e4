"""TaskSequence and seq_task of 0.9 to 0.14, with weights as repetition."""

from legacy_tools import trace

from locust import HttpLocust, TaskSequence, seq_task, task
from locust.exception import StopLocust


class Steps(TaskSequence):
    laps = 0

    @seq_task(3)
    def third(self):
        trace("third")
        self.laps += 1
        if self.laps == 2:
            raise StopLocust()

    @seq_task(1)
    def first(self):
        trace("first")
        self.client.get("/item/first")

    @seq_task(2)
    @task(2)
    def second(self):
        trace("second")
        self.client.get("/status/404", name="second")


class StepUser(HttpLocust):
    task_set = Steps
    min_wait = 10
    max_wait = 10
