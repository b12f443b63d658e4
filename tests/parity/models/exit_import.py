"""Leaves while it is imported."""

import sys

from parity_tools import trace

from locust import User, task

trace("imported as far as here")


class Never(User):
    @task
    def never(self):
        trace("a task ran")


sys.exit(5)
