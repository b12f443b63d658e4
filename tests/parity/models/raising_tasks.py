"""Exceptions in tasks: the user goes on, the exceptions are counted, `user_error` is fired."""

from parity_tools import trace

from locust import HttpUser, TaskSet, constant, events, task
from locust.exception import StopUser


class Clumsy(HttpUser):
    wait_time = constant(0.01)
    turns = 0

    @task
    def stumble(self):
        self.turns += 1
        self.client.get("/hello", name="before")
        if self.turns == 1:
            raise ValueError("first")
        if self.turns == 2:
            self.client.get("/json").json()["absent"]
        if self.turns == 3:
            assert self.turns == 4, "an assertion"
        if self.turns == 4:
            {}["multi\nline"]
        if self.turns >= 6:
            raise StopUser()
        raise ValueError("first")

    @task(0)
    def unused(self):
        pass


class Nested(HttpUser):
    wait_time = constant(0.01)

    @task
    class Set(TaskSet):
        turns = 0

        def on_stop(self):
            trace("nested on_stop")

        @task
        def stumble(self):
            self.turns += 1
            if self.turns == 3:
                raise StopUser()
            raise RuntimeError("in a nested set")


@events.user_error.add_listener
def user_error(user_instance, exception, tb, **kwargs):
    place = type(user_instance).__name__
    trace(f"user_error {place} {type(exception).__name__} {exception} {tb.tb_lineno > 0} {sorted(kwargs)}")
