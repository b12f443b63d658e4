"""legacy_http.py for Locust 2."""

import parity_tools  # noqa: F401  ends the run

from locust import HttpUser, TaskSet, between, task
from locust.exception import StopUser


def start(taskset):
    taskset.client.get("/hello", name="start")


def index(taskset):
    taskset.client.get("/")
    taskset.user.turns += 1
    if taskset.user.turns == 40:
        raise StopUser()


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


class ShopUser(HttpUser):
    tasks = [Shop]
    wait_time = between(0.005, 0.015)
    turns = 0
