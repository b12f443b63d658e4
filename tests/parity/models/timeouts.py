"""Time-outs as a number, as a pair, before the answer and in the middle of it."""

from parity_tools import fault, finish_after

from locust import HttpUser, constant, task


class Impatient(HttpUser):
    wait_time = constant(0)

    @task
    def hurry(self):
        get = self.client.get
        for label, response in (
            ("silent", get(fault("silent") + "/", timeout=0.3, name="silent")),
            ("pair", get(fault("silent") + "/", timeout=(1, 0.3), name="pair")),
            ("in body", get(fault("silent_in_body") + "/", timeout=0.3, name="in body")),
            ("slow", get("/slow?ms=600", timeout=0.2, name="slow")),
            ("in time", get("/slow?ms=50", timeout=1, name="in time")),
            ("drip", get(fault("slow_drip") + "/", timeout=0.2, name="drip")),
            ("after", get("/hello", name="after")),
        ):
            print(label, response.status_code, type(response.error).__name__, response.content is None)
        with get("/slow?ms=600", timeout=0.2, name="pardoned", catch_response=True) as response:
            response.success()
        with get("/slow?ms=600", timeout=0.2, name="judged", catch_response=True) as response:
            response.failure("too slow for me")
        finish_after(self, 1)
