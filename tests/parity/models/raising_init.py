"""An `init` listener that raises ends the program before the run."""

from locust import HttpUser, constant, events, task


@events.init.add_listener
def broken(**kwargs):
    raise ValueError("init is broken")


class Worker(HttpUser):
    wait_time = constant(1)

    @task
    def work(self):
        self.client.get("/hello")
