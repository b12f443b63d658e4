"""A model whose session has a cookie, which every request sends."""

from locust import HttpUser, task


class Requester(HttpUser):
    def on_start(self):
        self.client.get("/cookie/")

    @task
    def index(self):
        self.client.get("/")
