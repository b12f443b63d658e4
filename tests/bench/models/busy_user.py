"""The model of the truth benchmark: each request is followed by 5 ms of Python that lets nobody else run."""

import time

from locust import HttpUser, task


class Thinker(HttpUser):
    @task
    def index(self):
        self.client.get("/")
        until = time.perf_counter() + 0.005
        while time.perf_counter() < until:
            pass
