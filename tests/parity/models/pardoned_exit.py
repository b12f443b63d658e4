"""Failures that the model forgives: process_exit_code wins over the failures."""

from parity_tools import finish_after

from locust import HttpUser, constant, events, task


@events.quitting.add_listener
def forgive(environment, **kwargs):
    environment.process_exit_code = 0


class Failing(HttpUser):
    wait_time = constant(0.01)

    @task
    def work(self):
        self.client.get("/status/500")
        finish_after(self, 3)
