"""A user without tasks and one that has some."""

from parity_tools import finish_after, trace

from locust import HttpUser, User, constant, task


class Idle(User):
    wait_time = constant(1)

    def on_start(self):
        trace("idle on_start")

    def on_stop(self):
        trace("idle on_stop")


class Busy(HttpUser):
    wait_time = constant(0.01)

    @task
    def work(self):
        self.client.get("/hello")
        finish_after(self, 3)
