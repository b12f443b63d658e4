"""The model of the CPU benchmark: nothing but requests."""

from locust import HttpUser, task


class Requester(HttpUser):
    @task
    def index(self):
        self.client.get("/")
