"""timeout= in every form, as a number and as a pair, on responses that come in time and that do not."""

import decimal

import gevent
import requests
from parity_tools import attempt, fault, run_each
from urllib3.util import Timeout

from locust import HttpUser, constant, task


class Impatient(HttpUser):
    wait_time = constant(0)

    @task
    def work(self):
        run_each(self.forms, self.late)

    def forms(self):
        client = self.client
        for number, timeout in enumerate(
            (
                None, 5, 5.0, (5, 5), (None, 5), (5, None), (None, None), Timeout(connect=5, read=5),
                Timeout(5), True, 0, 0.0, -1, "5",
                "soon", (5,), (5, 5, 5), [5, 5], {}, (0, 5), (5, 0), (5, -1), ("a", 5),
                decimal.Decimal("5"), float("inf"), float("nan"), 1e9,
            )
        ):  # fmt: skip

            def call(timeout=timeout, number=number):
                response = client.get("/hello", timeout=timeout, name=f"timeout {number}")
                return response.status_code, type(response.error).__name__

            attempt(f"timeout {number}", call)
        client.timeout = 0.01
        print(client.get("/slow?ms=100", name="an attribute of no effect").status_code)
        del client.timeout

    def late(self):
        client = self.client
        for label, call in (
            ("number", lambda: client.get("/slow?ms=700", timeout=0.2, name="number")),
            ("pair", lambda: client.get("/slow?ms=700", timeout=(3, 0.2), name="pair")),
            ("no read limit", lambda: client.get("/slow?ms=300", timeout=(0.2, None), name="no read limit")),
            (
                "no connect limit",
                lambda: client.get("/slow?ms=700", timeout=(None, 0.2), name="no connect limit"),
            ),
            ("object", lambda: client.get("/slow?ms=700", timeout=Timeout(read=0.2), name="object")),
            ("posted", lambda: client.post("/slow?ms=700", json={"a": 1}, timeout=0.2, name="posted")),
            (
                "redirected",
                lambda: client.get("/redirect-to?url=/slow?ms=700", timeout=0.2, name="redirected"),
            ),
            (
                "never connected",
                lambda: client.get(fault("refuse") + "/", timeout=0.5, name="never connected"),
            ),
        ):
            response = call()
            error = response.error
            print(
                label,
                response.status_code,
                type(error).__name__,
                isinstance(error, requests.exceptions.Timeout),
            )
        response = client.get(fault("silent") + "/", timeout=0.2, name="texts")
        print(response.error, response.error.request.url)
        with client.get("/slow?ms=700", timeout=0.2, catch_response=True, name="judged") as response:
            if isinstance(response.error, requests.exceptions.ReadTimeout):
                response.failure("too late")
        with client.get("/slow?ms=700", timeout=0.2, catch_response=True, name="pardoned") as response:
            response.success()
        with gevent.Timeout(0.2, False):
            client.get("/slow?ms=700", name="cut by gevent")
        try:
            with gevent.Timeout(0.2):
                client.get("/slow?ms=700", catch_response=True, name="cut by gevent")
        except gevent.Timeout as error:
            print(error)
        print(client.get("/hello", name="afterwards").status_code)
