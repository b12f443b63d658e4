"""A model that gives its own verdict on each response."""

from locust import HttpUser, task


class Requester(HttpUser):
    @task
    def index(self):
        with self.client.get("/", catch_response=True) as response:
            if response.status_code == 200:
                response.success()
            else:
                response.failure(f"status {response.status_code}")
