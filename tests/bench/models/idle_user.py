"""The model of the memory benchmark: one request, which leaves a connection open, and then a long wait."""

from locust import HttpUser, constant, task


class Idle(HttpUser):
    wait_time = constant(3600)

    @task
    def index(self):
        self.client.get("/")
