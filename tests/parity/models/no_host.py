"""No host anywhere: nothing can be run."""

from locust import HttpUser, constant, task


class Homeless(HttpUser):
    wait_time = constant(1)

    @task
    def work(self):
        self.client.get("/hello")
