"""Exceptions while a user ends; the run and its report must not suffer."""

from parity_tools import trace

from locust import HttpUser, TaskSet, constant, events, task
from locust.exception import StopUser


class BrokenStop(HttpUser):
    fixed_count = 1
    wait_time = constant(0.05)

    def on_stop(self):
        trace("broken on_stop")
        self.client.get("/hello", name="from on_stop")
        raise ValueError("on_stop is broken")

    @task
    def work(self):
        self.client.get("/hello")
        raise StopUser()


class BrokenSetStop(HttpUser):
    fixed_count = 1
    wait_time = constant(60)

    def on_stop(self):
        trace("user's on_stop after the broken one of its TaskSet")

    @task
    class Set(TaskSet):
        def on_stop(self):
            trace("broken TaskSet.on_stop")
            raise ValueError("TaskSet.on_stop is broken")

        @task
        def work(self):
            self.client.get("/hello")


class BrokenAtTheEnd(HttpUser):
    fixed_count = 1
    wait_time = constant(60)

    def on_stop(self):
        trace("broken on_stop at the end")
        raise RuntimeError("on_stop at the end is broken")

    @task
    def work(self):
        self.client.get("/hello")


@events.test_stop.add_listener
def over(environment, **kwargs):
    environment.runner.user_greenlets.join()
