"""Written for Locust 0.9: HttpLocust, task_set, waits in milliseconds. Its twin is for Locust 2."""

import legacy_tools  # noqa: F401  ends the run

from locust import HttpLocust, TaskSet, task
from locust.exception import StopLocust


def start(taskset):
    taskset.client.get("/hello", name="start")


def index(taskset):
    taskset.client.get("/")
    taskset.locust.turns += 1
    if taskset.locust.turns == 40:
        raise StopLocust()


class Shop(TaskSet):
    def on_start(self):
        start(self)

    @task(2)
    class Product(TaskSet):
        @task
        def look(self):
            self.client.get("/item/1", name="/item/[id]")
            self.interrupt()

        @task
        def buy(self):
            with self.client.post("/item/1", {"n": 1}, name="/item/[id]", catch_response=True) as response:
                if b"item" not in response.content:
                    response.failure("no item")
                else:
                    response.failure("sold out")
            self.interrupt(reschedule=False)

    tasks = {index: 3}


class ShopUser(HttpLocust):
    task_set = Shop
    min_wait = 5
    max_wait = 15
    turns = 0
