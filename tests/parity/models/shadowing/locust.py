"""A model called like the package it imports, beside modules called like those of the standard library."""

import colorsys
import queue
import statistics

import secret_names
from parity_tools import finish_after, trace

from locust import HttpUser, constant, task

trace(f"{__name__} {queue.Queue is not None} {hasattr(statistics, 'mean')}")
trace(f"{getattr(colorsys, 'OWN', 'the library')} {secret_names.OWN}")


class Visitor(HttpUser):
    wait_time = constant(0.01)

    @task
    def visit(self):
        import locust

        trace(f"the package: {hasattr(locust, 'HttpUser')} {locust.__version__ > '2'}")
        self.client.get("/hello")
        finish_after(self, 1)
