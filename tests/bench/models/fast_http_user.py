"""http_user.py with Locust's faster client."""

from locust import FastHttpUser, task


class Requester(FastHttpUser):
    @task
    def index(self):
        self.client.get("/")
