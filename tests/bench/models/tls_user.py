"""The models of the TLS benchmark, by name: one that rests after a request, and one that does nothing but requests."""

import os

from locust import HttpUser, constant, task


class Requester(HttpUser):
    def on_start(self):
        self.client.verify = os.environ["BENCH_AUTHORITIES"]

    @task
    def index(self):
        self.client.get("/")


class Idler(Requester):
    wait_time = constant(3600)
