"""Raises while it is imported."""

from parity_tools import trace

from locust import User, task

trace("imported as far as here")


class Never(User):
    @task
    def never(self):
        trace("a task ran")


raise RuntimeError("not like this")
