"""The host in the class, one that is overridden and paths that are glued to it as they are."""

import os

from parity_tools import finish_after, trace

from locust import HttpUser, constant, task


class Settled(HttpUser):
    host = os.environ["PARITY_HOST"] + "/item"
    wait_time = constant(0)

    @task
    def work(self):
        trace(self.client.base_url.replace(os.environ["PARITY_HOST"], ""))
        try:
            self.client.get("/1")
            self.client.get("/2/")
            self.client.get("s/3")
        finally:
            finish_after(self, 2)
