"""The users, which the locustfile imports."""

import os

from legacy_tools import finish_after, trace

from locust import HttpLocust, TaskSet, task

from .pages import log_in


class Browsing(TaskSet):
    def on_start(self):
        self.name = log_in(self)

    @task
    def own_page(self):
        trace(self.name, self.client.get("/me").json()["user"])
        self.client.get("/status/404", name="/missing")
        finish_after(self.locust, 2)


class BaseUser(HttpLocust):
    host = os.environ["PARITY_HOST"]
    min_wait = 1
    max_wait = 5


class Customer(BaseUser):
    task_set = Browsing
