"""The model of the memory benchmark: a request to IDLE_PATH, if there is one, and then a long wait."""

import os

from locust import HttpUser, constant, task

PATH = os.environ.get("IDLE_PATH", "/")


class Idle(HttpUser):
    wait_time = constant(3600)

    @task
    def index(self):
        if PATH:
            self.client.get(PATH)
