"""A shape that says which classes run: triples, one class after the other, then all."""

from parity_tools import trace

from locust import HttpUser, LoadTestShape, constant, task


class Guest(HttpUser):
    wait_time = constant(60)
    name = "guest"

    def on_start(self):
        trace("guest comes")

    def on_stop(self):
        trace("guest leaves")

    @task
    def visit(self):
        self.client.get("/hello", name=self.name)


class Clerk(Guest):
    weight = 3
    name = "clerk"

    def on_start(self):
        trace("clerk comes")

    def on_stop(self):
        trace("clerk leaves")


class Shifts(LoadTestShape):
    stages = (
        (0.5, 2, []),
        (2.5, 2, [Guest]),
        (4.5, 4, [Guest, Clerk]),
        (6.5, 6, [Clerk]),
    )

    def tick(self):
        for end, users, classes in self.stages:
            if self.get_run_time() < end:
                return users, 100, classes
        counts = sorted(self.runner.user_classes_count.items())
        trace(f"over: {counts}")
        return None
